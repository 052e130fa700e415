// The header and the library serve a C++ program.
#include <ocf_acl.h>

#include <cstdio>
#include <memory>

int main() {
    struct Free {
        void operator()(ocf_acl_t *list) const {
            ocf_acl_free(list);
        }
    };
    std::unique_ptr<ocf_acl_t, Free> list(ocf_acl_new());
    ocf_acl_request_t request{};
    request.path = "/oic/sec/doxm";
    request.path_len = 13;
    request.state = OCF_ACL_STATE_RFOTM;
    request.method = OCF_ACL_METHOD_GET;
    ocf_acl_decision_t decision{};
    const bool fine =
        ocf_acl_check(list.get(), &request, &decision) == OCF_ACL_CODE_CONTENT
        && decision.rule == OCF_ACL_RULE_BEFORE_ONBOARDING;
    std::puts(fine ? "C++ is served" : "C++ is not served");
    return fine ? 0 : 1;
}
