/* The list of OCF: one ACE lets secured clients read /light. */
#include <ocf_acl.h>

#include <stdio.h>
#include <string.h>

/* {"aclist2": [{"subject": {"conntype": "auth-crypt"}, "resources": [{"href": "/light"}],
 *               "permission": 2}]} */
static const char PAYLOAD[] =
    "\xa1\x67"
    "aclist2"
    "\x81\xa3\x67"
    "subject"
    "\xa1\x68"
    "conntype"
    "\x6a"
    "auth-crypt"
    "\x69"
    "resources"
    "\x81\xa1\x64"
    "href"
    "\x66"
    "/light"
    "\x6a"
    "permission"
    "\x02";

int main(void) {
    ocf_acl_t *list = ocf_acl_new();
    if (ocf_acl_post(list, OCF_ACL_STATE_RFPRO, (const uint8_t *) PAYLOAD,
                     sizeof(PAYLOAD) - 1, NULL)
        != OCF_ACL_CODE_CHANGED) {
        return 1;
    }
    ocf_acl_request_t request;
    memset(&request, 0, sizeof(request));
    request.state = OCF_ACL_STATE_RFNOP;
    request.method = OCF_ACL_METHOD_GET;
    request.path = "/light";
    request.path_len = 6;
    ocf_acl_decision_t decision;
    int is_right = ocf_acl_check(list, &request, &decision) == OCF_ACL_CODE_UNAUTHORIZED;
    request.flags = OCF_ACL_FLAG_SECURED;
    is_right &= ocf_acl_check(list, &request, &decision) == OCF_ACL_CODE_CONTENT;
    request.method = OCF_ACL_METHOD_POST;
    is_right &= ocf_acl_check(list, &request, &decision) == OCF_ACL_CODE_UNAUTHORIZED;
    ocf_acl_free(list);
    puts(is_right ? "decided as expected" : "decided wrongly");
    return !is_right;
}
