#include "standin.h"

#include <stdlib.h>

typedef struct entry {
    struct entry *next;
    uint16_t ssid, mask;
} entry_t;

typedef struct instance {
    struct instance *next;
    uint16_t iid, oid, target_iid, owner;
    entry_t *acl;
} instance_t;

struct standin {
    instance_t *instances;
    instance_t *saved;
};

static void free_instances(instance_t *instance) {
    while (instance) {
        instance_t *next = instance->next;
        while (instance->acl) {
            entry_t *entry = instance->acl;
            instance->acl = entry->next;
            free(entry);
        }
        free(instance);
        instance = next;
    }
}

static int set_entry(instance_t *instance, uint16_t ssid, uint16_t mask) {
    entry_t **place = &instance->acl;
    while (*place && (*place)->ssid < ssid) {
        place = &(*place)->next;
    }
    if (!*place || (*place)->ssid != ssid) {
        entry_t *entry = (entry_t *) malloc(sizeof *entry);
        if (!entry) {
            return -1;
        }
        entry->next = *place;
        entry->ssid = ssid;
        *place = entry;
    }
    (*place)->mask = mask;
    return 0;
}

static instance_t *add(instance_t **place, uint16_t iid, uint16_t oid,
                       uint16_t target_iid, uint16_t owner) {
    instance_t *instance = (instance_t *) malloc(sizeof *instance);
    if (instance) {
        *instance = (instance_t){*place, iid, oid, target_iid, owner, NULL};
        *place = instance;
    }
    return instance;
}

static instance_t *clone(const instance_t *from) {
    instance_t *copy = NULL;
    instance_t **place = &copy;
    for (; from; from = from->next) {
        instance_t *instance =
            add(place, from->iid, from->oid, from->target_iid, from->owner);
        if (!instance) {
            break;
        }
        entry_t **last = &instance->acl;
        for (const entry_t *entry = from->acl; entry; entry = entry->next) {
            *last = (entry_t *) malloc(sizeof **last);
            if (!*last) {
                break;
            }
            **last = (entry_t){NULL, entry->ssid, entry->mask};
            last = &(*last)->next;
        }
        place = &instance->next;
    }
    return copy;
}

standin_t *standin_new(void) {
    return (standin_t *) calloc(1, sizeof(standin_t));
}

void standin_free(standin_t *state) {
    free_instances(state->instances);
    free(state);
}

static instance_t *governing(const standin_t *state, uint16_t oid, uint16_t iid) {
    instance_t *found = state->instances;
    while (found && (found->oid != oid || found->target_iid != iid)) {
        found = found->next;
    }
    return found;
}

bool standin_decide(const standin_t *state, uint16_t ssid, uint16_t right, uint16_t oid,
                    uint16_t iid) {
    const instance_t *instance = governing(state, oid, iid);
    if (!instance) {
        return false;
    }
    uint16_t mask = 0;
    for (const entry_t *entry = instance->acl; entry; entry = entry->next) {
        if (entry->ssid == ssid) {
            return (entry->mask & right) == right;
        }
        if (!entry->ssid) {
            mask = entry->mask;
        }
    }
    return instance->owner == ssid || (mask & right) == right;
}

typedef struct {
    uint16_t iid;
    bool found;
} search_t;

static bool compare(void *arg, uint16_t iid) {
    search_t *search = (search_t *) arg;
    search->found |= search->iid == iid;
    return true;
}

int standin_set_acl(standin_t *state, uint16_t oid, uint16_t iid, uint16_t ssid,
                    uint16_t mask) {
    search_t search = {iid, false};
    standin_instances(oid, compare, &search);
    instance_t *instance = governing(state, oid, iid);
    if (!instance && search.found) {
        instance_t **place = &state->instances;
        uint16_t free_iid = 0;
        while (*place && (*place)->iid == free_iid) {
            place = &(*place)->next;
            ++free_iid;
        }
        instance = add(place, free_iid, oid, iid, 65535);
    }
    return instance ? set_entry(instance, ssid, mask) : -1;
}

int standin_transaction(standin_t *state, uint16_t acl_iid, uint16_t ssid,
                        uint16_t mask) {
    state->saved = clone(state->instances);
    int result = -1;
    for (instance_t *at = state->instances; at; at = at->next) {
        if (at->iid == acl_iid) {
            result = set_entry(at, ssid, mask);
        }
    }
    for (const instance_t *at = state->instances; at; at = at->next) {
        if (!at->owner || at->oid == 65535) {
            result = -1;
        }
    }
    free_instances(state->saved);
    state->saved = NULL;
    return result;
}

static int write_16(void *stream, uint16_t value) {
    uint8_t bytes[2] = {(uint8_t) (value >> 8), (uint8_t) value};
    return standin_write(stream, bytes, sizeof bytes);
}

static int write_32(void *stream, uint32_t value) {
    return write_16(stream, (uint16_t) (value >> 16))
           | write_16(stream, (uint16_t) value);
}

int standin_persist(const standin_t *state, void *stream) {
    uint32_t count = 0;
    for (const instance_t *at = state->instances; at; at = at->next) {
        ++count;
    }
    int result = standin_write(stream, "ACO\1", 4) | write_32(stream, count);
    for (const instance_t *at = state->instances; at; at = at->next) {
        uint8_t has_acl = 1;
        result |= write_16(stream, at->oid) | write_16(stream, at->iid)
                  | write_16(stream, at->target_iid) | write_16(stream, at->owner)
                  | standin_write(stream, &has_acl, 1);
        count = 0;
        for (const entry_t *entry = at->acl; entry; entry = entry->next) {
            ++count;
        }
        result |= write_32(stream, count);
        for (const entry_t *entry = at->acl; entry; entry = entry->next) {
            result |= write_16(stream, entry->mask) | write_16(stream, entry->ssid);
        }
    }
    return result;
}

static uint16_t read_16(void *stream, int *result) {
    uint8_t bytes[2] = {0, 0};
    *result |= standin_read(stream, bytes, sizeof bytes);
    return (uint16_t) (bytes[0] << 8 | bytes[1]);
}

static uint32_t read_32(void *stream, int *result) {
    uint32_t high = read_16(stream, result);
    return high << 16 | read_16(stream, result);
}

int standin_restore(standin_t *state, void *stream) {
    char magic[4];
    int result = standin_read(stream, magic, sizeof magic);
    instance_t *restored = NULL;
    instance_t **place = &restored;
    for (uint32_t left = read_32(stream, &result); left && !result; --left) {
        uint16_t oid = read_16(stream, &result);
        uint16_t iid = read_16(stream, &result);
        uint16_t target_iid = read_16(stream, &result);
        uint16_t owner = read_16(stream, &result);
        uint8_t has_acl = 0;
        result |= standin_read(stream, &has_acl, 1);
        instance_t *instance = add(place, iid, oid, target_iid, owner);
        if (!instance) {
            result = -1;
            break;
        }
        place = &instance->next;
        for (uint32_t n = read_32(stream, &result); n && !result; --n) {
            uint16_t mask = read_16(stream, &result);
            result |= set_entry(instance, read_16(stream, &result), mask);
        }
    }
    free_instances(state->instances);
    state->instances = restored;
    return result;
}
