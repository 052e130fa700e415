/* What handlers give and get, in every type; handlers that break the rules;
 * attributes; a multiple resource. */
#include "check.h"

typedef struct {
    const anjay_dm_object_def_t *def;
    int64_t integer;
    uint64_t natural;
    double real;
    float single;
    bool truth;
    char text[64];
    uint8_t bytes[8];
    size_t length;
    anjay_oid_t link_oid;
    anjay_iid_t link_iid;
    uint16_t present; /* resource instances of resource 8, as bits */
    anjay_dm_r_attributes_t attributes;
    int fault;
} all_t;

static all_t *all_of(const anjay_dm_object_def_t *const *obj_ptr) {
    return (all_t *) (intptr_t) obj_ptr;
}

static int list_resources(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                          anjay_iid_t iid, anjay_dm_resource_list_ctx_t *ctx) {
    (void) anjay;
    (void) iid;
    for (anjay_rid_t rid = 0; rid < 8; ++rid) {
        anjay_dm_emit_res(ctx, rid, ANJAY_DM_RES_RW, ANJAY_DM_RES_PRESENT);
    }
    anjay_dm_emit_res(ctx, 8, ANJAY_DM_RES_RWM,
                      all_of(obj_ptr)->present ? ANJAY_DM_RES_PRESENT
                                               : ANJAY_DM_RES_ABSENT);
    anjay_dm_emit_res(ctx, 9, ANJAY_DM_RES_BS_RW, ANJAY_DM_RES_PRESENT);
    if (all_of(obj_ptr)->fault == 1) {
        anjay_dm_emit_res(ctx, 4, ANJAY_DM_RES_R, ANJAY_DM_RES_PRESENT);
    }
    return 0;
}

static int list_riids(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                      anjay_iid_t iid, anjay_rid_t rid, anjay_dm_list_ctx_t *ctx) {
    (void) anjay;
    (void) iid;
    CHECK(rid == 8);
    for (uint16_t riid = 0; riid < 16; ++riid) {
        if (all_of(obj_ptr)->present & (1U << riid)) {
            anjay_dm_emit(ctx, riid);
        }
    }
    if (all_of(obj_ptr)->fault == 2) {
        anjay_dm_emit(ctx, 0);
    }
    return 0;
}

static int read_it(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                   anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid,
                   anjay_output_ctx_t *ctx) {
    const all_t *all = all_of(obj_ptr);
    anjay_ret_bytes_ctx_t *pieces;
    (void) anjay;
    (void) iid;
    switch (rid) {
    case 0:
        if (all->fault == 3) {
            return 0; /* no value */
        }
        if (all->fault == 4) {
            CHECK(!anjay_ret_i32(ctx, 1));
            return anjay_ret_i32(ctx, 2); /* one too many */
        }
        return anjay_ret_i64(ctx, all->integer);
    case 1:
        return anjay_ret_u64(ctx, all->natural);
    case 2:
        return anjay_ret_double(ctx, all->real);
    case 3:
        return anjay_ret_float(ctx, all->single);
    case 4:
        return anjay_ret_bool(ctx, all->truth);
    case 5:
        return anjay_ret_string(ctx, all->text);
    case 6:
        if (all->length < 2) {
            return anjay_ret_bytes(ctx, all->bytes, all->length);
        }
        pieces = anjay_ret_bytes_begin(ctx, all->length);
        CHECK(pieces);
        CHECK(!anjay_ret_bytes_append(pieces, all->bytes, 1));
        if (all->fault == 5) {
            return 0; /* not all that was announced */
        }
        CHECK(!anjay_ret_bytes_append(pieces, all->bytes + 1, all->length - 1));
        CHECK(anjay_ret_bytes_append(pieces, "x", 1) == -1);
        return 0;
    case 7:
        return anjay_ret_objlnk(ctx, all->link_oid, all->link_iid);
    case 8:
        return anjay_ret_i32(ctx, 100 + riid);
    default:
        return ANJAY_ERR_FORBIDDEN;
    }
}

static int write_it(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                    anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid,
                    anjay_input_ctx_t *ctx) {
    all_t *all = all_of(obj_ptr);
    (void) anjay;
    (void) iid;
    switch (rid) {
    case 0:
        return anjay_get_i64(ctx, &all->integer);
    case 1:
        return anjay_get_u64(ctx, &all->natural);
    case 2:
        return anjay_get_double(ctx, &all->real);
    case 3:
        return anjay_get_float(ctx, &all->single);
    case 4:
        return anjay_get_bool(ctx, &all->truth);
    case 5: {
        /* In pieces of three. */
        char piece[4];
        int result;
        all->text[0] = '\0';
        do {
            result = anjay_get_string(ctx, piece, sizeof(piece));
            if (result >= 0) {
                strcat(all->text, piece);
            }
        } while (result == ANJAY_BUFFER_TOO_SHORT);
        return result;
    }
    case 6: {
        bool finished = false;
        all->length = 0;
        while (!finished) {
            size_t count = 0;
            CHECK(!anjay_get_bytes(ctx, &count, &finished, all->bytes + all->length, 1));
            all->length += count;
        }
        return 0;
    }
    case 7:
        return anjay_get_objlnk(ctx, &all->link_oid, &all->link_iid);
    case 8:
        all->present = (uint16_t) (all->present | (1U << riid));
        return 0;
    default:
        return ANJAY_ERR_NOT_IMPLEMENTED;
    }
}

static int reset_resource(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                          anjay_iid_t iid, anjay_rid_t rid) {
    (void) anjay;
    (void) iid;
    CHECK(rid == 8);
    all_of(obj_ptr)->present = 0;
    return 0;
}

static int remove_riid(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                       anjay_iid_t iid, anjay_rid_t rid, anjay_riid_t riid) {
    (void) anjay;
    (void) iid;
    CHECK(rid == 8);
    all_of(obj_ptr)->present = (uint16_t) (all_of(obj_ptr)->present & ~(1U << riid));
    return 0;
}

static int write_attributes(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                            anjay_iid_t iid, anjay_rid_t rid, anjay_ssid_t ssid,
                            const anjay_dm_r_attributes_t *attributes) {
    (void) anjay;
    CHECK(iid == 0 && rid == 2 && ssid == 1);
    all_of(obj_ptr)->attributes = *attributes;
    return 0;
}

static int read_attributes(anjay_t *anjay, const anjay_dm_object_def_t *const *obj_ptr,
                           anjay_iid_t iid, anjay_rid_t rid, anjay_ssid_t ssid,
                           anjay_dm_r_attributes_t *out) {
    (void) anjay;
    (void) iid;
    (void) ssid;
    *out = rid == 2 ? all_of(obj_ptr)->attributes : ANJAY_DM_R_ATTRIBUTES_EMPTY;
    return 0;
}

static const anjay_dm_object_def_t DEFINITION = {
    .oid = 900,
    .version = "1.1",
    .handlers = {.list_instances = anjay_dm_list_instances_SINGLE,
                 .list_resources = list_resources,
                 .list_resource_instances = list_riids,
                 .resource_read = read_it,
                 .resource_write = write_it,
                 .resource_reset = reset_resource,
                 .resource_instance_remove = remove_riid,
                 .resource_write_attrs = write_attributes,
                 .resource_read_attrs = read_attributes,
                 .transaction_begin = anjay_dm_transaction_NOOP,
                 .transaction_validate = anjay_dm_transaction_NOOP,
                 .transaction_commit = anjay_dm_transaction_NOOP,
                 .transaction_rollback = anjay_dm_transaction_NOOP}};

int main(void) {
    static const char *const values[][3] = {
        /* resource, written, read */
        {"0", "-9223372036854775808", "-9223372036854775808"},
        {"1", "18446744073709551615", "18446744073709551615"},
        {"2", "-1.5e300", "-15"},
        {"3", "0.25", "0.25"},
        {"4", "true", "true"},
        {"5", "'seven letters and more'", "\"seven letters and more\""},
        {"5", "''", "\"\""},
        {"6", "hex:00ff10", "hex:00ff10"},
        {"6", "hex:7f", "hex:7f"},
        {"6", "hex:", "hex:"},
        {"7", "3:0", "3:0"}};
    static const char *const bad[][2] = {
        {"0", "9223372036854775808"}, {"1", "-1"}, {"2", "x"},      {"4", "2"},
        {"5", "hex:410042"},          {"7", "3"},  {"7", "70000:0"}};
    char line[128], expected[128];
    all_t all;
    anjay_t *anjay = new_client_with_servers();
    memset(&all, 0, sizeof(all));
    all.def = &DEFINITION;
    all.attributes = ANJAY_DM_R_ATTRIBUTES_EMPTY;
    CHECK(!anjay_register_object(anjay, &all.def));
    CHECK(!anjay_access_control_set_acl(anjay, 900, 0, 1, 15));

    for (size_t i = 0; i < AVS_ARRAY_SIZE(values); ++i) {
        sprintf(line, "1 write /900/0/%s %s", values[i][0], values[i][1]);
        ANSWER(anjay, line, "2.04");
        sprintf(line, "1 read /900/0/%s", values[i][0]);
        sprintf(expected, "2.05 Content\n  /900/0/%s = %s", values[i][0], values[i][2]);
        ANSWER(anjay, line, expected);
    }
    for (size_t i = 0; i < AVS_ARRAY_SIZE(bad); ++i) {
        sprintf(line, "1 write /900/0/%s %s", bad[i][0], bad[i][1]);
        ANSWER(anjay, line, "4.00");
    }

    /* A multiple resource. */
    ANSWER(anjay, "1 read /900/0/8", "4.04");
    ANSWER(anjay, "1 write /900/0/8 3=1 5=1", "2.04");
    ANSWER(anjay, "1 update /900/0/8 4=1", "2.04");
    CHECK(all.present == (1U << 3 | 1U << 4 | 1U << 5));
    ANSWER(anjay, "1 read /900/0/8", "2.05 Content\n  /900/0/8/3 = 103\n");
    ANSWER(anjay, "1 read /900/0/8/4", "2.05 Content\n  /900/0/8/4 = 104\n");
    ANSWER(anjay, "1 read /900/0/8/9", "4.04");
    ANSWER(anjay, "1 delete /900/0/8/4", "2.02");
    ANSWER(anjay, "1 delete /900/0/8/4", "4.04");
    ANSWER(anjay, "1 write /900/0/8 7=1", "2.04");
    CHECK(all.present == 1U << 7);
    ANSWER(anjay, "1 write /900/0/8 7", "4.00");
    ANSWER(anjay, "1 write /900/0 0=1", "4.05"); /* no instance_reset */

    /* For the Bootstrap-Server only. */
    ANSWER(anjay, "1 read /900/0/9", "4.05");
    ANSWER(anjay, "1 write /900/0/9 1", "4.05");
    ANSWER(anjay, "bs write /900/0/9 1", "5.01");

    /* Attributes that the Object keeps. */
    ANSWER(anjay, "1 attributes /900/0/2 pmin=5 lt=2.5 con=1", "2.04");
    CHECK(all.attributes.common.min_period == 5);
    CHECK(all.attributes.common.max_period == ANJAY_ATTRIB_PERIOD_NONE);
    CHECK(all.attributes.common.con == ANJAY_DM_CON_ATTR_CON);
    CHECK(all.attributes.less_than == 2.5);
    CHECK(isnan(all.attributes.greater_than));
    ANSWER(anjay, "1 attributes /900/0/2 pmin= pmax=7", "2.04");
    CHECK(all.attributes.common.min_period == ANJAY_ATTRIB_PERIOD_NONE);
    ANSWER(anjay, "1 discover /900/0/2",
           "2.05 Content\n  </900/0/2>;pmax=7;lt=2.5;con=1");
    ANSWER(anjay, "bs discover /900", "2.05 Content\n  </>;lwm2m=1.1\n  </900>;ver=1.1");

    /* Handlers that break the rules harm nobody. */
    all.fault = 1;
    ANSWER(anjay, "1 read /900/0/0", "5.00");
    all.fault = 2;
    ANSWER(anjay, "1 read /900/0/8", "5.00");
    all.fault = 3;
    ANSWER(anjay, "1 read /900/0/0", "5.00");
    all.fault = 4;
    ANSWER(anjay, "1 read /900/0/0", "5.00");
    all.fault = 0;
    ANSWER(anjay, "1 write /900/0/6 hex:0102", "2.04");
    all.fault = 5;
    ANSWER(anjay, "1 read /900/0/6", "5.00");
    all.fault = 0;
    ANSWER(anjay, "1 read /900/0/6", "2.05");

    anjay_delete(anjay);
    printf("all passed\n");
    return 0;
}
