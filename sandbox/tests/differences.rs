//! Where this library deliberately answers otherwise than Anjay 3.14.0: for each
//! row of the table of differences a script, and both answers.
//!
//! D17 (a decision costs less than a scan of everything) is for the benchmarks.

use testkit_c::archive::SANDBOX;
use testkit_c::folder;
use testkit_c::sandbox::{Script, build_with, play};

struct Difference {
    row: &'static str,
    /// What Anjay 3.14.0 does after this script.
    anjay: &'static str,
    /// What happens here: the last line of the script, and in part those before.
    here: &'static str,
    script: Script<'static>,
}

/// With the servers 1, 2 and 3, and the Instances /1234/0 and /1234/1.
const DIFFERENCES: &[Difference] = &[
    Difference {
        row: "D2",
        anjay: "an owner without an entry is denied once anybody has an entry",
        here: "the owner has full access",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("grant /1234/0 2 R", "server 2"),
            #[cfg(not(feature = "anjay-compat"))]
            ("1 write /1234/0/0 5", "server 1 owns /2/0"),
            #[cfg(feature = "anjay-compat")]
            ("1 write /1234/0/0 5", "4.01"),
        ],
    },
    Difference {
        row: "D3",
        anjay: "the default entry is elected owner, and the bootstrap fails",
        here: "no server becomes the owner, or one with an entry does",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("grant /1234/0 0 RWED", "default entry"),
            ("grant /1234/0 1 RWED", "server 1"),
            ("owner /1234/1 1", "owns /2/1"),
            ("grant /1234/1 0 RWED", "default entry"),
            ("grant /1234/1 2 R", "server 2"),
            ("bs delete /0/1", "2.02"),
            ("bs read /2/1/3", "= 2"),
            ("bs read /2/0/3", "= 65535"),
        ],
    },
    Difference {
        row: "D4",
        anjay: "the owner stays, and later writes to Object 2 all fail",
        here: "another server becomes the owner and can edit",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("grant /1234/0 2 RW", "server 2"),
            ("bs begin", "2.04"),
            ("bs delete /0/1", "2.02"),
            ("bs delete /1/1", "2.02"),
            ("bs finish", "2.04"),
            ("bs read /2/0/3", "= 2"),
            ("2 update /2/0 2/3=1", "2.04"),
        ],
    },
    Difference {
        row: "D5",
        anjay: "the target of a live owner is deleted",
        here: "it is kept, with its owner",
        script: &[
            ("owner /1234/0 2", "owns /2/0"),
            ("grant /1234/0 1 R", "server 1"),
            ("bs delete /0/1", "2.02"),
            ("bs read /2/0/3", "= 2"),
            ("bs discover /1234", "</1234/0>"),
        ],
    },
    Difference {
        row: "D6",
        anjay: "the whole bootstrap fails",
        here: "the target stays, out of reach, and the rest goes on",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("grant /1234/0 1 RWED", "server 1"),
            ("owner /1234/1 1", "owns /2/1"),
            ("grant /1234/1 1 RWED", "server 1"),
            ("grant /1234/1 2 R", "server 2"),
            ("!remove never", ""),
            ("bs begin", "2.04"),
            ("bs delete /0/1", "2.02"),
            ("bs delete /1/1", "2.02"),
            ("bs finish", "2.04"),
            ("bs read /2/1/3", "= 2"),
            ("2 read /1234/0", "4.01"),
            (
                "show",
                "/2/0: /1234/0; owner the Bootstrap-Server; no entries",
            ),
        ],
    },
    Difference {
        row: "D7",
        anjay: "2.04, and the owner is 0",
        here: "4.00, and nothing has changed",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("grant /1234/0 2 R", "server 2"),
            ("1 write /2/0 2/1=1", "4.00"),
            ("show", "/2/0: /1234/0; owner server 1; server 2 R"),
        ],
    },
    Difference {
        row: "D8",
        anjay: "2.04; the mask is cut to 16 bits, and reserved bits are kept",
        here: "4.00, and nothing has changed",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("grant /1234/0 2 R", "server 2"),
            ("1 update /2/0 2/2=65537", "4.00"),
            ("1 update /2/0 2/2=-1", "4.00"),
            ("1 update /2/0 2/2=33", "4.00"),
            ("bs read /2/0/2/2", "= 1"),
        ],
    },
    Difference {
        row: "D10",
        anjay: "2.01: the default entry grants Create",
        here: "4.01: only an entry of the server's own does",
        script: &[
            ("grant /1234 0 C", "default entry"),
            ("grant /1234 1 C", "server 1"),
            ("1 create /1234/5 0=1", "2.01"),
            #[cfg(not(feature = "anjay-compat"))]
            ("2 create /1234/6 0=1", "4.01"),
            #[cfg(feature = "anjay-compat")]
            ("2 create /1234/6 0=1", "2.01"),
        ],
    },
    Difference {
        row: "D12",
        anjay: "no: persisting clears the mark of what it has not written",
        here: "yes: the transaction's changes are not persisted yet",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("bs begin", "2.04"),
            ("bs update /2/0 2/2=1", "2.04"),
            ("persist state.bin", "done"),
            ("modified", "no"),
            ("bs finish", "2.04"),
            ("modified", "yes"),
        ],
    },
    Difference {
        row: "D13 (a target twice)",
        anjay: "accepted",
        here: "EBADMSG, and the state is as before",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            (
                "!restore 41434f010000000204d20001000000010004d20002000000010000",
                "EBADMSG",
            ),
            ("show", "/2/0: /1234/0; owner server 1"),
        ],
    },
    Difference {
        row: "D13 (an instance twice, owner 0, an entry twice, entry 65535)",
        anjay: "accepted",
        here: "EBADMSG",
        script: &[
            (
                "!restore 41434f010000000204d20001000000010004d200010001000100",
                "EBADMSG",
            ),
            ("!restore 41434f010000000104d20001000000000000", "EBADMSG"),
            (
                "!restore 41434f010000000104d200010000000101000000020001000200010002",
                "EBADMSG",
            ),
            (
                "!restore 41434f010000000104d200010000000101000000010001ffff",
                "EBADMSG",
            ),
        ],
    },
    Difference {
        row: "D13 (out of order)",
        anjay: "kept out of order; later listings fail",
        here: "sorted",
        script: &[
            (
                "!restore 41434f010000000204d20005000000010004d200020001000200",
                "ok",
            ),
            ("bs discover /2", "</2/2>\n  </2/5>"),
        ],
    },
    Difference {
        row: "D14",
        anjay: "the Access Control Instances of the Object are deleted",
        here: "nothing is removed",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("!list fails", ""),
            ("changed /1234", "done"),
            ("!list works", ""),
            ("show", "/2/0: /1234/0; owner server 1"),
        ],
    },
    Difference {
        row: "D16",
        anjay: "4.00: an instance that was not touched is not valid any more",
        here: "2.04: only what was touched is checked",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("owner /1234/1 1", "owns /2/1"),
            ("!gone 1", ""),
            ("1 update /2/0 2/2=1", "2.04"),
            // The stale one itself cannot be written any more.
            ("1 update /2/1 2/2=1", "4.00"),
        ],
    },
    Difference {
        row: "D18",
        anjay: "what the Bootstrap-Server owns is removed with its last entry's server",
        here: "it is kept, and its ACL is empty",
        script: &[
            ("grant /1234/0 1 R", "server 1"),
            ("grant /1234/1 1 R", "server 1"),
            ("grant /1234/1 2 R", "server 2"),
            ("grant /1/2 1 R", "server 1"),
            ("bs delete /0/1", "2.02"),
            #[cfg(not(feature = "anjay-compat"))]
            (
                "show",
                "Object 1: Instances 1 2 3\nObject 2: Instances 0 1 2\nObject 1234: Instances 0 1\n\
                 /2/0: /1234/0; owner the Bootstrap-Server; no entries\n\
                 /2/1: /1234/1; owner the Bootstrap-Server; server 2 R\n\
                 /2/2: /1/2; owner the Bootstrap-Server; no entries",
            ),
            #[cfg(feature = "anjay-compat")]
            (
                "show",
                "Object 1: Instances 1 3\nObject 2: Instances 1\nObject 1234: Instances 1\n\
                 /2/1: /1234/1; owner the Bootstrap-Server; server 2 R",
            ),
        ],
    },
    Difference {
        row: "D19",
        anjay: "who creates an Instance by an earlier one's ID has no rights on it",
        here: "the creator owns it, and nobody else has rights",
        script: &[
            ("owner /1234/1 2", "server 2 owns /2/0"),
            ("grant /1234/1 3 R", "server 3"),
            ("grant /1234 1 C", "server 1"),
            ("!gone 1", ""),
            ("1 create /1234/1 0=5", "2.01"),
            ("show", "/2/0: /1234/1; owner server 1; server 1 RWED\n/2/1"),
            ("1 read /1234/1", "2.05"),
            ("2 read /1234/1", "4.01"),
            ("3 read /1234/1", "4.01"),
        ],
    },
    Difference {
        row: "D20",
        anjay: "4.00: an entry that was there before is for a server that is gone",
        here: "2.04: only what is written is checked",
        script: &[
            ("owner /1234/0 1", "owns /2/0"),
            ("grant /1234/0 3 R", "server 3"),
            ("bs delete /1/3", "2.02"),
            ("1 update /2/0 2/2=1", "2.04"),
            ("1 update /2/0 2/3=1", "4.00"),
            ("1 write /2/0 2/1=1 2/3=1 3=1", "4.00"),
            (
                "show",
                "/2/0: /1234/0; owner server 1; server 2 R, server 3 R",
            ),
        ],
    },
    Difference {
        row: "D21",
        anjay: "2.05: with one account left, everybody may do everything",
        here: "4.01: only that account's server may",
        script: &[
            ("owner /1234/0 bs", "owns /2/0"),
            ("owner /1234/1 3", "owns /2/1"),
            ("bs delete /0/1", "2.02"),
            ("bs delete /0/3", "2.02"),
            ("2 read /1234/0", "allowed: server 2 is the only server"),
            ("1 read /1234/0", "4.01"),
            ("3 write /1234/0/0 5", "4.01"),
            ("3 create /1234/5 0=5", "4.01"),
        ],
    },
];

#[test]
fn each_row_answers_as_the_table_says() {
    let archive = match cfg!(feature = "anjay-compat") {
        true => SANDBOX.features("anjay-compat"),
        false => SANDBOX,
    };
    let driver = build_with("driver-differences", &["sandbox/tests/driver.c"], archive);
    for difference in DIFFERENCES {
        let Difference {
            row,
            anjay,
            here,
            script,
        } = difference;
        if let Err(wrong) = play(&driver, &folder("differences"), script) {
            panic!("{row}: here {here} (Anjay 3.14.0: {anjay})\n{wrong}");
        }
    }
}

#[test]
fn each_row_is_there() {
    for number in [2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14, 16, 18, 19, 20, 21] {
        let row = format!("D{number}");
        let mut rows = DIFFERENCES.iter().map(|difference| difference.row);
        assert!(
            rows.any(|known| known.split(' ').next() == Some(&row)),
            "{row}"
        );
    }
}
