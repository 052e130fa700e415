//! Where this library answers otherwise than IoTivity-lite did, and why.

use crate::traces::Why;

const REFUSED: &str = "128"; // 4.00

pub const TABLE: &[Why] = &[
    Why {
        id: "O1",
        contract: "A peer without a UUID owns nothing; \"no UUID\" is the absence of one, never \
                   the nil UUID.",
        answers: &[("C nobody-owns", "deny")],
    },
    Why {
        id: "O2",
        contract: "Any other method than GET, PUT, POST, DELETE is denied, whatever the rule.",
        answers: &[("C other-method", "deny")],
    },
    Why {
        id: "O3",
        contract: "A resource has href, or wc, or both, and both must match; wildcards never match \
                   a DCR.",
        answers: &[("C href-and-wc-on-dcr", "deny"), ("P href-and-wc", "list")],
    },
    Why {
        id: "O4",
        contract: "href with wc is not to be written back without the wc.",
        answers: &[("G href-and-wc", "list")],
    },
    Why {
        id: "O5",
        contract: "* matches every NCR, + and - some of them: beside * they change nothing, and \
                   what was sent is kept.",
        answers: &[("L implied-wildcard", "list")],
    },
    Why {
        id: "O6",
        contract: "A payload is checked whole before anything changes: one bad ACE and nothing is \
                   applied.",
        answers: &[("L half-applied", "list")],
    },
    Why {
        id: "O7",
        contract: "POST with no aceid adds an ACE, unless an equal one is there; it merges nothing.",
        answers: &[("P unnamed", "list")],
    },
    Why {
        id: "O8",
        contract: "The query is aceid=N, or there is none; anything else is refused.",
        answers: &[("D odd-query", REFUSED)],
    },
    Why {
        id: "O9",
        contract: "RFNOP accepts no POST.",
        answers: &[("P empty-map", REFUSED)],
    },
    Why {
        id: "O10",
        contract: "The payload is one CBOR map, whole; what ends too early is bad, not large.",
        answers: &[
            ("P empty-payload", REFUSED),
            ("P root-array", REFUSED),
            ("P trailing", REFUSED),
            ("P truncated", REFUSED),
        ],
    },
    Why {
        id: "O11",
        contract: "Unknown fields, and fields given twice, are refused.",
        answers: &[
            ("P field-twice", REFUSED),
            ("P list-twice", REFUSED),
            ("P list-under-other-name", REFUSED),
            ("P root-unknown-int", REFUSED),
            ("P root-unknown-text", REFUSED),
        ],
    },
    Why {
        id: "O12",
        contract: "aclist2 is an array of ACEs.",
        answers: &[("P list-int", REFUSED), ("P list-of-ints", REFUSED)],
    },
    Why {
        id: "O13",
        contract: "subject, resources and permission are required.",
        answers: &[
            ("P no-permission", REFUSED),
            ("P no-resources", REFUSED),
            ("P no-subject", REFUSED),
            ("P resources-null", REFUSED),
        ],
    },
    Why {
        id: "O14",
        contract: "An ACE with an empty array of resources is one that allows nothing.",
        answers: &[("P resources-empty", "list")],
    },
    Why {
        id: "O15",
        contract: "aceid is an integer 0..2147483647, unique.",
        answers: &[
            ("P id-minus-one", REFUSED),
            ("P id-minus-two", REFUSED),
            ("P id-twice", REFUSED),
        ],
    },
    Why {
        id: "O16",
        contract: "permission is 0..31.",
        answers: &[
            ("P perm-32", REFUSED),
            ("P perm-65535", REFUSED),
            ("P perm-negative", REFUSED),
        ],
    },
    Why {
        id: "O17",
        contract: "A UUID is one, in its usual form, and not nil.",
        answers: &[
            ("P owner-bad", REFUSED),
            ("P owner-int", REFUSED),
            ("P owner-nil", REFUSED),
            ("P owner-star", REFUSED),
            ("P uuid-nil", REFUSED),
            ("P uuid-no-dashes", REFUSED),
            ("P uuid-not-hex", REFUSED),
            ("P uuid-star", REFUSED),
        ],
    },
    Why {
        id: "O18",
        contract: "role and authority are not empty.",
        answers: &[("P authority-empty", REFUSED), ("P role-empty", REFUSED)],
    },
    Why {
        id: "O19",
        contract: "An href has a leading slash; a resource has href or wc.",
        answers: &[
            ("P href-empty", REFUSED),
            ("P href-no-slash", REFUSED),
            ("P res-empty", REFUSED),
        ],
    },
    Why {
        id: "O20",
        contract: "if is an array of text, which may be empty, and means nothing.",
        answers: &[("P if-empty", "68")],
    },
    Why {
        id: "O21",
        contract: "An ACE with href in place of resources is an ACE with that one resource.",
        answers: &[("P ace-href", "list")],
    },
];
