/**
 * @file
 * Singly linked lists: an element is allocated with a hidden pointer to the
 * next one in front of it, and an empty list is NULL.
 *
 * The part that custom objects use: new, next, insert, append, detach, delete,
 * clear, clone, size, and the loops.
 */
#ifndef AVS_COMMONS_LIST_H
#define AVS_COMMONS_LIST_H

#include <string.h>

#include <avsystem/commons/avs_defs.h>
#include <avsystem/commons/avs_memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The type of a list, or of a pointer to an element of it. */
#define AVS_LIST(element_type) element_type *

/* What stands in front of an element; as wide as any alignment asks for. */
typedef union {
    void *next;
    long double number;
    intmax_t integer;
    void (*function)(void);
} anjay_sandbox_list_link_t;

static inline void **anjay_sandbox_list_next(const void *element) {
    return &((anjay_sandbox_list_link_t *) (intptr_t) element)[-1].next;
}

static inline void *anjay_sandbox_list_new(size_t size) {
    anjay_sandbox_list_link_t *link = (anjay_sandbox_list_link_t *) avs_calloc(
        1, sizeof(anjay_sandbox_list_link_t) + size);
    return link ? (void *) (link + 1) : NULL;
}

static inline void anjay_sandbox_list_insert(void **place, void *element) {
    void **end = anjay_sandbox_list_next(element);
    while (*end) {
        end = anjay_sandbox_list_next(*end);
    }
    *end = *place;
    *place = element;
}

static inline void *anjay_sandbox_list_detach(void **place) {
    void *element = *place;
    if (element) {
        void **next = anjay_sandbox_list_next(element);
        *place = *next;
        *next = NULL;
    }
    return element;
}

static inline void anjay_sandbox_list_delete(void **place) {
    void *element = anjay_sandbox_list_detach(place);
    if (element) {
        avs_free((anjay_sandbox_list_link_t *) element - 1);
    }
}

static inline void anjay_sandbox_list_append(void **list, void *element) {
    while (*list) {
        list = anjay_sandbox_list_next(*list);
    }
    *list = element;
}

/* A copy of a list whose elements all have this size. */
static inline void *anjay_sandbox_list_clone(const void *list, size_t size) {
    void *clone = NULL;
    void **end = &clone;
    for (; list; list = *anjay_sandbox_list_next(list)) {
        *end = anjay_sandbox_list_new(size);
        if (!*end) {
            while (clone) {
                anjay_sandbox_list_delete(&clone);
            }
            return NULL;
        }
        memcpy(*end, list, size);
        end = anjay_sandbox_list_next(*end);
    }
    return clone;
}

static inline size_t anjay_sandbox_list_size(const void *list) {
    size_t size = 0;
    while (list) {
        size++;
        list = *anjay_sandbox_list_next(list);
    }
    return size;
}

#ifdef __cplusplus
}

template <typename T> static inline T *&anjay_sandbox_list_typed_next(T *element) {
    return *reinterpret_cast<T **>(anjay_sandbox_list_next(element));
}
template <typename T> static inline T *anjay_sandbox_list_typed_clone(const T *list) {
    return reinterpret_cast<T *>(anjay_sandbox_list_clone(list, sizeof(T)));
}
#    define AVS_LIST_NEXT(element) (anjay_sandbox_list_typed_next(element))
#    define AVS_LIST_SIMPLE_CLONE(list) (anjay_sandbox_list_typed_clone(list))
#    define AVS_LIST_NEW_ELEMENT(type) ((type *) anjay_sandbox_list_new(sizeof(type)))
#else
/** The element after an element; can be assigned to. */
#    define AVS_LIST_NEXT(element)                                                       \
        (*(__typeof__(element) *) (void *) anjay_sandbox_list_next(element))
/**
 * A list of copies of the elements, which are as large as their type says; what
 * they point to is not copied. NULL for an empty list, and without memory.
 */
#    define AVS_LIST_SIMPLE_CLONE(list)                                                  \
        ((__typeof__(list)) anjay_sandbox_list_clone((list), sizeof(*(list))))
/** A new element, all zero, in no list; NULL without memory. */
#    define AVS_LIST_NEW_ELEMENT(type) ((type *) anjay_sandbox_list_new(sizeof(type)))
#endif

/** The place in which an element refers to the next one. */
#define AVS_LIST_NEXT_PTR(element_ptr) (&AVS_LIST_NEXT(*(element_ptr)))

/** Puts a list or an element in front of what @p destination_ptr refers to. */
#define AVS_LIST_INSERT(destination_ptr, new_element)                                    \
    anjay_sandbox_list_insert((void **) (intptr_t) (destination_ptr),                    \
                              (void *) (intptr_t) (new_element))

/** Puts an element or a list at the end. */
#define AVS_LIST_APPEND(list_ptr, new_element)                                           \
    anjay_sandbox_list_append((void **) (intptr_t) (list_ptr),                           \
                              (void *) (intptr_t) (new_element))

/** Takes an element out, without freeing it. */
#define AVS_LIST_DETACH(to_detach_ptr)                                                   \
    (anjay_sandbox_list_detach((void **) (intptr_t) (to_detach_ptr)))

/** Takes an element out and frees it. */
#define AVS_LIST_DELETE(to_delete_ptr)                                                   \
    anjay_sandbox_list_delete((void **) (intptr_t) (to_delete_ptr))

/** How many elements there are. */
#define AVS_LIST_SIZE(list) anjay_sandbox_list_size(list)

/** Visits all elements; the list must not change meanwhile. */
#define AVS_LIST_FOREACH(element, list)                                                  \
    for ((element) = (list); (element); (element) = AVS_LIST_NEXT(element))

/** Visits the places that refer to the elements. */
#define AVS_LIST_FOREACH_PTR(element_ptr, list_ptr)                                      \
    for ((element_ptr) = (list_ptr); *(element_ptr);                                     \
         (element_ptr) = AVS_LIST_NEXT_PTR(element_ptr))

/** Frees all elements; a block after it runs for each, before it is freed. */
#define AVS_LIST_CLEAR(first_element_ptr)                                                \
    for (; *(first_element_ptr); AVS_LIST_DELETE(first_element_ptr))

#endif /* AVS_COMMONS_LIST_H */
