//! Every command of the language, and lines that are wrong.

use testkit_c::sandbox::{Script, build, check, play, program, run};
use testkit_c::{folder, root};

fn passes(script: Script<'_>) {
    let name = std::thread::current().name().unwrap_or("script").to_owned();
    let driver = build(&format!("driver-{name}"), &["sandbox/tests/driver.c"]);
    play(&driver, &folder(&name), script).unwrap_or_else(|wrong| panic!("{wrong}"));
}

#[test]
fn operations_of_servers() {
    passes(&[
        ("grant /1234 1 C", "server 1 has C on /1234"),
        ("grant /1234/0 1 RWE", "server 1 has RWE on /1234/0"),
        ("1 read /1234/0", "2.05 Content\n  /1234/0/0 = 0"),
        ("1 read /1234/0/0", "/1234/0/0 = 0"),
        ("1 read /1234/0/1", "4.05"),
        ("1 read /1234/0/2", "4.04"),
        ("1 read /1234/0/9", "4.04"),
        ("1 read /1234/0/0/0", "4.04"),
        ("1 read /1234/7", "4.04"),
        ("1 read /4321/0", "4.04"),
        ("1 read /", "4.05"),
        ("1 write /1234/0/0 5", "2.04"),
        ("1 write /1234/0/0 \"6\"", "2.04"),
        ("1 write /1234/0 0=7", "2.04"),
        ("1 update /1234/0 0=8", "2.04"),
        ("1 read /1234/0/0", "= 8"),
        ("1 write /1234/0/0 text", "4.00"),
        ("1 write /1234/0/0 99999999999", "4.00"),
        ("1 write /1234/0/1 1", "4.05"),
        ("1 write /1234/0 0/1=1", "4.00"),
        ("1 write /1234/0 0=1 0=2", "4.00"),
        ("1 write /1234 0/0=1", "4.05"),
        ("1 write /1234/7/0 1", "4.04"),
        ("1 execute /1234/0/1", "2.04"),
        ("1 execute /1234/0/1 0='x' 5", "2.04"),
        ("1 execute /1234/0/0", "4.05"),
        ("1 execute /1234/0", "4.05"),
        ("1 execute /1234/7/1", "4.04"),
        ("2 execute /1234/0/1", "4.01"),
        ("1 delete /1234/0", "4.01"),
        ("1 delete /1234", "4.05"),
        ("1 delete /", "4.05"),
        ("1 delete /1234/0/0", "4.05"),
        ("1 create /1234 0=9", "2.01 Created\n  location /1234/2"),
        ("1 create /1234/4 0=9", "location /1234/4"),
        ("1 create /1234/4 0=9", "4.00"),
        ("1 create /1234/20 0=9", "4.00"),
        ("2 create /1234 0=9", "4.01"),
        ("1 read /1234/2/0", "= 9"),
        ("1 delete /1234/2", "2.02"),
        ("1 read /1234/2", "4.04"),
        (
            "1 discover /1234/0",
            "</1234/0>\n  </1234/0/0>\n  </1234/0/1>",
        ),
        ("2 discover /1234", "</1234>\n  </1234/0>"),
        ("2 discover /1234/0/0", "</1234/0/0>"),
        ("2 discover /1234/0/2", "4.04"),
        ("2 discover /0", "4.01"),
        ("2 discover /", "4.05"),
        ("1 attributes /1234/0/0 pmin=5 gt=1.5", "2.04"),
        ("1 attributes /1234/0 pmax=60", "2.04"),
        ("1 attributes /1234 pmax=90", "2.04"),
        ("1 attributes /1234/0/0 pmin=", "2.04"),
        (
            "1 discover /1234/0",
            "</1234/0>;pmax=60\n  </1234/0/0>;gt=1.5",
        ),
        ("2 discover /1234/0", "</1234/0>\n  </1234/0/0>\n"),
        ("2 attributes /1234/0/0 pmin=5", "4.01"),
        ("2 attributes /0 pmin=5", "4.01"),
    ]);
}

#[test]
fn the_access_control_object() {
    passes(&[
        ("owner /1234/0 1", "server 1 owns /2/0"),
        ("2 read /2/0/0", "/2/0/0 = 1234"),
        ("2 read /2", "/2/0/3 = 1"),
        ("1 write /2/0/2 1=15 2=1", "2.04"),
        ("2 read /2/0/2", "/2/0/2/1 = 15\n  /2/0/2/2 = 1"),
        ("1 write /2/0/2/3 2", "2.04"),
        ("1 write /2/0/2 1=15", "2.04"),
        ("2 read /2/0/2/3", "4.04"),
        ("1 update /2/0 2/2=3", "2.04"),
        ("1 write /2/0 2/1=15 2/2=1 3=1", "2.04"),
        ("2 read /2/0", "/2/0/2/1 = 15\n  /2/0/2/2 = 1\n  /2/0/3 = 1"),
        ("1 write /2/0/0 3", "4.05"),
        ("1 write /2/0/3 9", "4.00"),
        ("1 write /2/0/3 0", "4.00"),
        ("1 write /2/0/3 x", "4.00"),
        ("2 write /2/0/2/2 15", "4.01"),
        ("1 create /2/5 0=1234 1=1 3=1", "4.01"),
        ("1 delete /2/0", "4.01"),
        ("bs delete /2/0/2/2", "2.02"),
        ("bs delete /2/0/2/2", "4.04"),
        ("2 read /2/0/2/2", "4.04"),
        ("1 update /2/0 3=2", "2.04"),
        ("1 update /2/0 3=1", "4.01"),
        ("bs write /2/5 0=1234 1=1 3=1 2/2=1", "2.04"),
        ("2 read /1234/1", "allowed: /2/5 gives server 2 R"),
        ("bs write /2/6 0=1234 1=1 3=1", "4.00"),
        ("bs write /2/6 0=1234 1=7 3=1", "4.00"),
    ]);
}

#[test]
fn composite_operations() {
    passes(&[
        ("grant /1234/0 1 RW", "server 1"),
        ("grant /1234/1 1 R", "server 1"),
        ("grant /1234/1 2 RW", "server 2"),
        (
            "1 read-composite /1234/0/0 /1234/1",
            "/1234/0/0 = 0\n  /1234/1/0 = 0",
        ),
        ("2 read-composite /1234 /1234/7", "left out: /1234/0:"),
        ("2 read-composite /1234 /1234/7", "left out: /1234/7:"),
        ("2 read-composite /1234/0", "2.05 Content\n  left out"),
        ("1 write-composite /1234/0/0=1 /1234/1/0=2", "4.01"),
        ("1 read /1234/0/0", "= 0"),
        ("1 write-composite /1234/0/0=1", "2.04"),
        ("1 read /1234/0/0", "= 1"),
        ("1 write-composite /1234/0/0=1 /1234/0/9=1", "4.04"),
        ("1 write-composite /1234/0/0=1 /1234/7/0=1", "4.04"),
        (
            "1 send /1234/0/0 /1234/1/0",
            "2.04 Changed\n  /1234/0/0 = 1",
        ),
        ("2 send /1234/0/0", "4.01"),
        ("3 send /1234", "4.01"),
        ("3 send /1234 /1234/7", "4.01"),
        ("3 send /1234/7", "4.04"),
        // The root stands for all Objects.
        (
            "2 read-composite /",
            "\n  /2/1/3 = 65535\n  /1234/1/0 = 0\n  allowed:",
        ),
        ("2 read-composite /", "left out: /0: Object 0 holds keys"),
        ("2 send /", "2.04 Changed\n  /2/0/0 = 1234"),
        (
            "2 send / /1234/7",
            "left out: /1234/7: /1234/7 does not exist",
        ),
        ("2 observe-composite /", "2.05"),
        (
            "changed /1234/1/0",
            "notification to server 2 about /\n  /2/0/0 = 1234",
        ),
        ("2 cancel-composite /", "2.05"),
        // An Object without Instances: nothing to send, and nothing denied.
        ("!gone 0", ""),
        ("!gone 1", ""),
        ("3 send /1234", "^2.04 Changed"),
        ("3 read-composite /1234", "^2.05 Content"),
    ]);
}

#[test]
fn observations() {
    passes(&[
        ("grant /1234/0 1 RW", "server 1"),
        ("grant /1234/0 2 RW", "server 2"),
        ("2 observe /1234/0/0", "2.05"),
        ("2 observe-composite /1234/0 /1234/1", "left out: /1234/1"),
        ("3 observe /1234/0/0", "4.01"),
        (
            "1 write /1234/0/0 5",
            "notification to server 2 about /1234/0/0\n  /1234/0/0 = 5",
        ),
        (
            "1 write /1234/0/0 6",
            "notification to server 2 about /1234/0 /1234/1",
        ),
        // Not about its own doing.
        (
            "2 write /1234/0/0 7",
            "2.04 Changed\n  allowed: /2/0 gives server 2 RW",
        ),
        ("changed /1234/0/0", "done\nnotification to server 2"),
        ("show", "server 2 observes /1234/0/0"),
        ("grant /1234/0 2 W", "server 2"),
        (
            "changed /1234/0/0",
            "^done\nno notification to server 2 about /1234/0/0\n  \
             4.01 Unauthorized: /2/0 gives server 2 only W\n\
             no notification to server 2 about /1234/0 /1234/1\n  \
             4.01 Unauthorized: /1234/0: /2/0 gives server 2 only W; \
             /1234/1: no Access Control Instance governs /1234/1",
        ),
        ("changed /1234/0/0", "^done"),
        ("2 cancel /1234/0/0", "2.05"),
        ("2 cancel /1234/0/0", "4.04"),
        ("2 cancel-composite /1234/0 /1234/1", "2.05"),
        ("2 cancel-composite /1234/0 /1234/1", "4.04"),
        ("changed /1234/0/0", "done"),
        ("grant /1234/0 2 R", "server 2"),
        ("2 observe /1234", "2.05"),
        ("!gone 0", ""),
        (
            "changed /1234",
            "done\nnotification to server 2 about /1234",
        ),
        ("2 observe /2", "2.05"),
        ("grant /1234/1 1 R", "notification to server 2 about /2"),
    ]);
}

/// They end with the Instance, and with the account (LwM2M 1.0, E.1.3).
#[test]
fn observations_and_attributes_end() {
    const BARE: &str = "^2.05 Content\n  </1234/0>\n  </1234/0/0>\n  </1234/0/1>\n  \
                        allowed: Discover is open to every server";
    passes(&[
        ("grant /1234 1 C", "server 1 has C"),
        ("grant /1234/0 1 RWD", "server 1"),
        ("grant /1234/0 2 R", "server 2"),
        ("grant /1234/1 2 R", "server 2"),
        ("1 attributes /1234/0 pmin=5", "2.04"),
        ("1 attributes /1234/0/0 gt=5", "2.04"),
        ("2 observe /1234/0/0", "2.05"),
        ("2 observe-composite /1234/0 /1234/1", "2.05"),
        (
            "1 delete /1234/0",
            "\nserver 2 no longer observes /1234/0/0: /1234/0 is gone\n\
             server 2 no longer observes /1234/0 (of /1234/0 /1234/1): /1234/0 is gone",
        ),
        ("1 create /1234/0 0=2", "2.01"),
        ("1 discover /1234/0", BARE),
        ("2 cancel /1234/0/0", "4.04"),
        ("1 update /2/1 2/2=1", "2.04"),
        (
            "1 write /1234/0/0 3",
            "^2.04 Changed\n  allowed: /2/1 gives server 1 RWED",
        ),
        // In one transaction: it is another Instance, too.
        ("2 observe /1234/0", "2.05"),
        ("1 attributes /1234/0 pmin=5", "2.04"),
        ("bs begin", "2.04"),
        ("bs delete /1234/0", "2.02"),
        ("bs write /1234/0 0=4", "2.04"),
        (
            "bs finish",
            "^2.04 Changed\nserver 2 no longer observes /1234/0: /1234/0 is gone",
        ),
        ("1 discover /1234/0", BARE),
        // What never was does not end.
        ("3 observe-composite /1234/1 /1234/5", "2.05"),
        ("changed /1/1/1", "^done"),
        ("changed /1234", "^done"),
        ("3 cancel-composite /1234/1 /1234/5", "2.05"),
        // A deletion that is taken back ends nothing.
        ("2 observe /1234/0", "2.05"),
        ("bs begin", "2.04"),
        ("bs delete /1234/0", "2.02"),
        ("bs write /1234/0/0 text", "4.00"),
        ("bs write /1234/1/0 text", "4.00"),
        ("bs finish", "4.0"),
        ("show", "/1234/1\nserver 2 observes /1234/0"),
        // Removed by the application.
        ("!gone 0", ""),
        (
            "changed /1234",
            "server 2 no longer observes /1234/0: /1234/0 is gone",
        ),
        ("!exists 0", ""),
        ("changed /1234", "^done"),
        // The account.
        ("owner /1234/0 1", "server 1 owns"),
        ("grant /1234/0 2 R", "server 2"),
        ("2 observe /1234", "2.05"),
        ("2 attributes /1234 pmin=9", "2.04"),
        ("bs begin", "2.04"),
        ("bs delete /0/2", "2.02"),
        ("bs delete /1/2", "2.02"),
        (
            "bs finish",
            "server 2 no longer observes /1234: its account is gone",
        ),
        ("bs write /0/2 0=coap://x 1=false 10=2", "2.04"),
        ("bs write /1/2 0=2 1=60 7=U", "2.04"),
        (
            "2 discover /1234",
            // /1234/1, whose entry was that server's, was never its own: it stays.
            "^2.05 Content\n  </1234>\n  </1234/0>\n  </1234/0/0>\n  </1234/0/1>\n  \
             </1234/1>\n  </1234/1/0>\n  </1234/1/1>\n  allowed: Discover is open to every server",
        ),
        ("2 observe /1234/0", "4.01"),
        ("grant /1234/0 2 R", "server 2"),
        ("2 observe /1234/0", "2.05"),
        (
            "bs delete /0/2",
            "server 2 no longer observes /1234/0: its account is gone",
        ),
        // With its Object, though there is another one.
        ("owner /1234/0 1", "server 1"),
        ("1 observe /1234", "2.05"),
        ("!unregister", ""),
        ("!register", ""),
        ("show", "server 1 no longer observes /1234: /1234 is gone"),
        ("owner /1234/0 1", "server 1"),
        ("1 observe /1234", "2.05"),
        ("!unregister", ""),
        (
            "show",
            "server 1 no longer observes /1234: /1234 is gone\nObject 0",
        ),
    ]);
}

/// Whoever may not read an Instance is not notified of it, and sees neither its
/// creation nor its deletion.
#[test]
fn notifications_tell_only_what_may_be_read() {
    passes(&[
        ("grant /1234 1 C", "server 1"),
        ("grant /1234/0 1 RWD", "server 1"),
        ("grant /1234/0 2 R", "server 2"),
        ("2 observe /1234", "2.05"),
        (
            "1 create /1234/5 0=5",
            "^2.01 Created\n  location /1234/5\n  allowed: /2/0 gives server 1 C",
        ),
        (
            "1 write /1234/5/0 6",
            "^2.04 Changed\n  allowed: /2/2 gives server 1 RWED",
        ),
        ("changed /1234/5/0", "^done"),
        (
            "1 write /1234/0/0 6",
            "\nnotification to server 2 about /1234\n  /1234/0/0 = 6",
        ),
        (
            "1 delete /1234/5",
            "^2.02 Deleted\n  allowed: /2/2 gives server 1 RWED",
        ),
        // What it may read, it sees come and go.
        ("1 create /1234/5 0=5", "2.01"),
        (
            "1 update /2/2 2/2=1",
            "\nnotification to server 2 about /1234\n  /1234/0/0 = 6\n  /1234/5/0 = 5",
        ),
        (
            "1 delete /1234/5",
            "\nnotification to server 2 about /1234\n  /1234/0/0 = 6",
        ),
        // Having lost the right, it is not told so, nor of anything afterwards.
        ("grant /1234/0 2 none", "^server 2 has none on /1234/0"),
        ("changed /1234/0/0", "^done"),
        (
            "1 write /1234/0/0 7",
            "^2.04 Changed\n  allowed: /2/1 gives server 1 RWD",
        ),
        ("changed /1234", "^done"),
        (
            "grant /1234/0 2 R",
            "^server 2 has R on /1234/0\nnotification to server 2 about /1234\n  /1234/0/0 = 7",
        ),
        // Where one Instance or resource is observed, that is said once.
        ("2 cancel /1234", "2.05"),
        ("2 observe /1234/0/0", "2.05"),
        ("grant /1234/0 2 none", "^server 2 has none on /1234/0"),
        (
            "changed /1234/0/0",
            "^done\nno notification to server 2 about /1234/0/0\n  \
             4.01 Unauthorized: /2/1 gives server 2 no right",
        ),
        ("changed /1234/0/0", "^done"),
        (
            "grant /1234/0 2 R",
            "\nnotification to server 2 about /1234/0/0\n  /1234/0/0 = 7",
        ),
        ("grant /1234/0 2 none", "server 2"),
        ("changed /1234/0/0", "no notification"),
    ]);
}

#[test]
fn the_bootstrap_server() {
    passes(&[
        ("bs read /1", "/1/1/0 = 1"),
        ("bs read /2", "2.05"),
        ("bs read /0", "4.05"),
        ("bs read /1234", "4.05"),
        (
            "bs discover /",
            "^2.05 Content\n  </>;lwm2m=1.1\n  </0>\n  </0/1>;ssid=1;uri=\"coap://localhost\"\n  \
             </0/2>;ssid=2;uri=\"coap://localhost\"\n  </0/3>;ssid=3;uri=\"coap://localhost\"\n  \
             </1>\n  </1/1>;ssid=1\n  </1/2>;ssid=2\n  </1/3>;ssid=3\n  </2>\n  \
             </1234>\n  </1234/0>\n  </1234/1>",
        ),
        (
            "bs discover /1234",
            "^2.05 Content\n  </>;lwm2m=1.1\n  </1234>\n  </1234/0>\n  </1234/1>",
        ),
        ("bs discover /1234/0", "4.00"),
        ("bs write /0/9 0=coap://x 1=false 10=9", "2.04"),
        ("bs write /1/9 0=9 1=60 7=U", "2.04"),
        ("9 read /1234/0", "4.01"),
        ("bs write /1/8 0=9 1=60 7=U", "4.00"),
        ("bs write /0/8 0=coap://x 1=false 10=0", "4.00"),
        ("bs write /0/8 0=coap://x 1=true", "2.04"),
        ("bs delete /0/8", "4.00"),
        ("bs write /1234/5 0=5", "2.04"),
        ("bs write /1234 6/0=6 5/0=7", "2.04"),
        ("bs update /1234/5 0=8", "2.04"),
        ("bs discover /1234", "</1234/5>\n  </1234/6>"),
        ("bs delete /1234/5", "2.02"),
        ("bs delete /1234/5", "4.04"),
        ("bs delete /1234", "2.02"),
        (
            "bs discover /1234",
            "^2.05 Content\n  </>;lwm2m=1.1\n  </1234>",
        ),
        ("bs finish", "4.00"),
        ("bs begin", "2.04"),
        ("1 read /1/1", "5.03"),
        ("bs write /1/7 0=0 1=60", "2.04"),
        (
            "bs finish",
            "4.06 Not Acceptable\n  reason: /1/7/0 is no Short Server ID",
        ),
        ("bs discover /1", "</1/9>"),
        ("bs delete /", "2.02"),
        ("show", "Object 0: Instances 8\nObject 1: no Instances"),
    ]);
}

/// Its own account can be neither deleted nor turned into another.
#[test]
fn the_bootstrap_server_keeps_its_account() {
    const TAKEN: &str = "reason: /0/0 is the Bootstrap-Server's own account and has to stay it";
    passes(&[
        ("bs write /0/0 0=coap://x 1=true", "2.04"),
        ("bs discover /0", "</0>\n  </0/0>;uri=\"coap://x\"\n"),
        ("bs delete /0/0", "4.00"),
        ("bs update /0/0 1=false 10=7", TAKEN),
        ("bs write /0/0 0=coap://x 1=false 10=7", TAKEN),
        ("bs write /0/0/1 false", TAKEN),
        ("bs delete /0/0", "4.00"),
        ("bs begin", "2.04"),
        ("bs update /0/0 1=false 10=7", "2.04"),
        ("bs delete /0/0", "2.02"),
        ("bs delete /", "2.02"),
        ("bs finish", TAKEN),
        ("bs update /0/0 0=coap://y", "2.04"),
        (
            "show",
            "Object 0: Instances 0 1 2 3\nObject 1: Instances 1 2 3",
        ),
    ]);
}

/// A Write of the Bootstrap-Server creates the Instance that it is about.
#[test]
fn the_bootstrap_server_creates_what_it_writes() {
    passes(&[
        ("bs write /1234/5/0 5", "2.04"),
        ("bs update /1234/6/0 6", "2.04"),
        ("bs discover /1234", "</1234/5>\n  </1234/6>"),
        ("bs write /2/9 0=1234 1=5 2/1=1 3=65535", "2.04"),
        ("1 read /1234/5/0", "/1234/5/0 = 5"),
        ("bs write /1234/7/9 5", "4.04"),
        ("bs write /1234/7/1 5", "4.05"),
        ("bs write /1234/7/0 text", "4.00"),
        ("bs write /1/9/1 60", "4.00 Bad Request\n  reason: /1/9/0"),
        (
            "bs discover /1234",
            "^2.05 Content\n  </>;lwm2m=1.1\n  </1234>\n  </1234/0>\n  </1234/1>\n  \
             </1234/5>\n  </1234/6>",
        ),
    ]);
}

/// An account without a Short Server ID is a mistake of whoever writes it.
#[test]
fn an_account_without_a_short_server_id() {
    const NONE: &str = "reason: /0/9/10 is no Short Server ID: 1 to 65534";
    passes(&[
        ("owner /1234/0 1", "server 1"),
        ("bs write /0/9 0=coap://x 1=false", "4.00"),
        ("bs write /0/9 0=coap://x 1=false", NONE),
        ("bs begin", "2.04"),
        ("bs write /0/9 0=coap://x 1=false", "2.04"),
        ("bs write /1234/5 0=5", "2.04"),
        ("bs finish", "4.06"),
        ("bs begin", "2.04"),
        ("bs write /0/9 0=coap://x 1=false", "2.04"),
        ("bs finish", NONE),
        ("1 read /1234/0", "2.05"),
        ("2 read /1234/0", "4.01"),
    ]);
}

/// What the application grants during a bootstrap belongs to it.
#[test]
fn a_grant_during_a_bootstrap_shares_its_fate() {
    for touches in [false, true] {
        let touch: &[_] = match touches {
            false => &[],
            true => &[("bs update /2/0 3=1", "2.04")],
        };
        let script = [
            &[("owner /1234/1 1", "server 1"), ("bs begin", "2.04")],
            touch,
            &[
                ("grant /1234/0 2 R", "server 2 has R"),
                ("bs write /1/9 0=0", "2.04"),
                ("bs finish", "4.06"),
                ("2 read /1234/0", "4.01"),
                ("bs begin", "2.04"),
            ],
            touch,
            &[
                ("grant /1234/0 2 R", "server 2 has R"),
                ("bs finish", "2.04"),
                ("2 read /1234/0", "2.05"),
            ],
        ]
        .concat();
        passes(&script);
    }
}

/// Both are refused: what was written is validated before anything drops it.
#[test]
fn nothing_is_dropped_before_it_is_validated() {
    passes(&[
        ("bs write /9/1 0=1", "4.04"),
        ("bs write /2/1 0=1234 1=1 2/33=1 2/1=1 3=1", "4.00"),
        ("bs write /2/1 0=1234 1=1 2/33=1 2/1=1 3=1", "4.00"),
        ("show", "Object 2: no Instances"),
        ("grant /1234 1 C", "server 1"),
        ("1 create /1234/3 0=1", "2.01"),
        ("bs begin", "2.04"),
        ("bs delete /2/1", "2.02"),
        ("bs write /2/7 0=1234 1=3 2/9=1 3=65535", "2.04"),
        ("bs finish", "4.06"),
        ("1 read /1234/3", "allowed: /2/1 gives server 1 RWED"),
    ]);
}

#[test]
fn commands_of_the_application() {
    passes(&[
        ("modified", "no"),
        ("owner /1234/0 1", "server 1 owns /2/0"),
        ("owner /1234/0 bs", "the Bootstrap-Server owns /2/0"),
        ("owner /1234/0 0", "refused"),
        ("owner /1234/7 1", "refused"),
        ("grant /1234/0 1 RW", "server 1 has RW"),
        ("grant /1234/0 2 8", "server 2 has D"),
        ("grant /1234/0 0 none", "the default entry has none"),
        ("grant /1234/0 1 C", "refused"),
        ("grant /1234/0 1 77", "refused"),
        ("modified", "yes"),
        ("persist kept.bin", "done"),
        ("modified", "no"),
        (
            "show",
            "/2/0: /1234/0; owner the Bootstrap-Server; the default entry none, server 1 RW, server 2 D",
        ),
        ("bs write /2/5 0=1234 1=1 3=1", "2.04"),
        ("show", "/2/5: /1234/1; owner server 1; no ACL"),
        ("owner /1234 1", "server 1 owns /2/1"),
        (
            "show",
            "/2/1: creation in /1234; owner server 1; no entries",
        ),
        ("purge", "done"),
        ("modified", "yes"),
        ("restore kept.bin", "done"),
        ("modified", "no"),
        ("1 read /1234/0", "2.05"),
        (
            "restore no-such-file.bin",
            "\"no-such-file.bin\" cannot be opened",
        ),
        ("persist /no/such/folder", "cannot be opened"),
        ("bs begin", "2.04"),
        ("bs update /2/0 3=1", "2.04"),
        ("restore kept.bin", "EBADF"),
        ("bs finish", "2.04"),
        ("!unregister", ""),
        ("1 read /1234/0", "4.04"),
        ("show", "Object 2: no Instances"),
        ("!register", ""),
        ("1 read /1234/0", "4.01"),
        ("help", "One operation a line"),
        ("# remark", ""),
        ("", ""),
        ("quit", ""),
    ]);
}

/// Each is answered by an error that names the word that is wrong.
#[test]
fn lines_that_are_wrong() {
    passes(&[
        ("fly", "error: \"fly\" is neither a server"),
        ("1", "error: an operation is missing after \"1\""),
        ("bs", "error: an operation is missing after \"bs\""),
        ("1 fly /1234", "error: \"fly\" is no operation"),
        (
            "bs fly /1234",
            "error: \"fly\" is no operation of the Bootstrap",
        ),
        (
            "bs execute /1234/0/1",
            "error: \"execute\" is no operation of",
        ),
        ("0 read /1234", "error: \"0\" is no server"),
        ("65535 read /1234", "error: \"65535\" is no server"),
        ("1x read /1234", "error: \"1x\" is no server"),
        (
            "7 read /1234",
            "error: there is no server \"7\"; there are 1 2 3",
        ),
        ("1 read", "error: read needs a path"),
        ("1 read 1234", "error: \"1234\" is no path"),
        (
            "1 read /1234/x",
            "error: \"x\" in path \"/1234/x\" is no ID",
        ),
        ("1 read /1234/", "error: \"\" in path \"/1234/\" is no ID"),
        ("1 read /65535", "error: \"65535\" in path"),
        ("1 read /70000", "error: \"70000\" in path"),
        ("1 read /-1", "error: \"-1\" in path"),
        ("1 read /1/2/3/4/5", "has more than four IDs"),
        (
            "1 read /1234/0 /1234/1",
            "error: \"/1234/1\" is too much for read",
        ),
        (
            "1 read /1234=5",
            "error: \"/1234=5\" is not expected to have a =",
        ),
        (
            "1 write /1234/0 7",
            "error: \"7\" is not of the form RID=VALUE",
        ),
        (
            "1 write /1234/0 x=7",
            "error: \"x\" in \"/1234/0/x\" is no ID: a number from 0 to 65534",
        ),
        (
            "1 write /1234/0/0 70000=7",
            "error: \"70000\" in \"/1234/0/0/70000\" is no ID: a number from 0 to 65534",
        ),
        (
            "1 create /1234 70000=7",
            "error: \"70000\" in \"/1234/*/70000\" is no ID: a number from 0 to 65534",
        ),
        (
            "1 write /1234/0 0/0/0=7",
            "error: \"0/0/0\" is not of the form",
        ),
        ("1 write /1234/0/0/0", "needs one value"),
        ("1 update /1234/0/0", "needs one value"),
        (
            "1 write /1234/0/0 \"open",
            "error: the quotation mark \" is not closed",
        ),
        ("1 write /1234/0/0 hex:0", "error: \"hex:0\" is not hex"),
        (
            "1 create /1234/0/0 0=1",
            "error: create needs /OID or /OID/IID",
        ),
        ("1 create /1234 7", "error: \"7\" is not of the form"),
        ("1 execute /1234/0/1 x", "error: \"x\" is no argument"),
        ("1 execute /1234/0/1 10", "error: \"10\" is no argument"),
        ("1 attributes /1234/0", "error: attributes needs NAME=VALUE"),
        (
            "1 attributes /1234/0 pmin",
            "error: \"pmin\" is not of the form",
        ),
        (
            "1 attributes /1234/0 fun=1",
            "error: \"fun\" is no attribute",
        ),
        (
            "1 attributes /1234/0 pmin=x",
            "error: \"x\" is no value of pmin: a whole number from 0 to 2147483647",
        ),
        (
            "1 attributes /1234/0 pmin=2147483648",
            "error: \"2147483648\" is no value of pmin: a whole number from 0 to 2147483647",
        ),
        (
            "1 attributes /1234/0 con=2",
            "error: \"2\" is no value of con: 0 or 1",
        ),
        (
            "1 attributes /1234/0 gt=x",
            "error: \"x\" is no value of gt: a number",
        ),
        ("1 read-composite", "error: read-composite needs a path"),
        ("1 write-composite", "error: write-composite needs"),
        (
            "1 write-composite /1234/0=1",
            "error: \"/1234/0\" is no resource",
        ),
        (
            "1 write-composite /1234/0/0",
            "error: \"/1234/0/0\" is not of the form",
        ),
        ("1 send", "error: send needs a path"),
        ("bs begin now", "error: \"now\" is too much for begin"),
        (
            "grant /1234/0 1",
            "error: the form is: grant TARGET SSID RIGHTS",
        ),
        ("grant /1234/0/0 1 R", "error: \"/1234/0/0\" is no target"),
        ("grant /1234/0 x R", "error: \"x\" is no server"),
        (
            "grant /1234/0 1 RX",
            "error: \"RX\" is no set of rights: letters of RWEDC, none, or a number from 0 to 31",
        ),
        (
            "grant /1234/0 1 70000",
            "error: \"70000\" is no set of rights",
        ),
        ("owner /1234/0", "error: the form is: owner TARGET SSID"),
        ("owner /1234/0 x", "error: \"x\" is no server"),
        ("persist", "error: the form is: persist FILE"),
        ("restore", "error: the form is: restore FILE"),
        ("show me", "error: the form is: show"),
        ("changed", "error: the form is: changed PATH"),
        ("changed x", "error: \"x\" is no path"),
        ("purge all", "error: the form is: purge"),
        ("READ /1234", "error: \"READ\" is neither"),
        ("\u{fc}ber /1234", "error: \"\u{fc}ber\" is neither"),
        ("1 read /1234/0", "4.01"),
    ]);
}

/// The loop ends at the end of the input, and at `quit`, and takes a last line
/// without its end.
#[test]
fn the_event_loop_ends() {
    let tutorial = build("loop", &["c-examples/tutorial/main.c"]);
    let run = |input: &str| check(&mut program(&tutorial, &folder("loop")), input);
    assert_eq!(run(""), "");
    assert_eq!(run("modified"), "> modified\nyes\n");
    assert_eq!(run("quit\nmodified\n"), "> quit\n");
    assert_eq!(run("# a\n\nmodified\r\n"), "# a\n\n> modified\nyes\n");
}

/// COMMANDS.md has every command.
#[test]
fn the_documentation_is_complete() {
    let text = std::fs::read_to_string(root().join("sandbox/COMMANDS.md")).expect("it is there");
    for command in [
        "read",
        "write",
        "update",
        "execute",
        "create",
        "delete",
        "discover",
        "attributes",
        "observe",
        "cancel",
        "read-composite",
        "write-composite",
        "observe-composite",
        "cancel-composite",
        "send",
        "bs begin",
        "bs finish",
        "grant",
        "owner",
        "purge",
        "modified",
        "persist",
        "restore",
        "changed",
        "show",
        "help",
        "quit",
    ] {
        assert!(text.contains(&format!("`{command}")), "{command}");
    }
}

/// A value that is out of range is told with its range and its whole path.
#[test]
fn values_that_are_out_of_range() {
    passes(&[
        ("owner /1234/0 1", "server 1"),
        (
            "1 update /2/0 2/2=33",
            "4.00 Bad Request\n  reason: /2/0/2/2 cannot be \"33\": an access mask is 0 to 31",
        ),
        (
            "1 update /2/0 3=0",
            "reason: /2/0/3 cannot be \"0\": an owner is 1 to 65535",
        ),
        (
            "1 update /2/0 3=65536",
            "reason: /2/0/3 cannot be \"65536\": an owner is 1 to 65535",
        ),
        (
            "bs write /2/7 0=2 1=0 3=1",
            "reason: /2/7/0 cannot be \"2\": a target Object is 1 to 65534, but not 2",
        ),
        (
            "bs write /2/7 0=1234 1=65536 3=1",
            "reason: /2/7/1 cannot be \"65536\": a target Instance is 0 to 65535",
        ),
        (
            "bs write /1/1/1 70000000000000000000",
            "reason: /1/1/1 cannot be \"70000000000000000000\": \
             a whole number from -9223372036854775808 to 9223372036854775807",
        ),
        (
            "bs write /1/1/6 2",
            "reason: /1/1/6 cannot be \"2\": true, false, 1 or 0",
        ),
        (
            "bs write /1/1/0 65535",
            "reason: /1/1/0 is no Short Server ID: 1 to 65534",
        ),
        (
            "bs write /1234/0/0 2147483648",
            "4.00 Bad Request\n  reason: /1234/0/0 cannot be \"2147483648\": \
             a whole number from -2147483648 to 2147483647",
        ),
        (
            "bs write /1234/0/0 text",
            "reason: /1234/0/0 cannot be \"text\": a whole number from -2147483648",
        ),
    ]);
}

/// Each refusal of the application's calls says what was refused, and why.
#[test]
fn refusals_of_the_application_say_why() {
    passes(&[
        (
            "grant /1234/0 1 C",
            "refused: set_acl, target /1234/0, SSID 1, mask 16: Create",
        ),
        (
            "grant /1234/0 1 77",
            "refused: set_acl, target /1234/0, SSID 1, mask 77: the access mask",
        ),
        (
            "grant /1234 1 R",
            "refused: set_acl, target /1234/65535, SSID 1, mask 1: the target IID",
        ),
        (
            "grant /1234/7 1 R",
            "refused: set_acl, target /1234/7, SSID 1, mask 1: the target Instance",
        ),
        (
            "grant /4321/0 1 R",
            "refused: set_acl, target /4321/0, SSID 1, mask 1: the target Object",
        ),
        (
            "grant /2/0 1 R",
            "refused: set_acl, target /2/0, SSID 1, mask 1: the Object cannot be governed",
        ),
        (
            "grant /1234/0 9 R",
            "refused: set_acl, target /1234/0, SSID 9, mask 1: there is no server",
        ),
        (
            "owner /1234/0 0",
            "refused: set_owner, target /1234/0, SSID 0: SSID 0 cannot",
        ),
        (
            "owner /1234/7 1",
            "refused: set_owner, target /1234/7, SSID 1: the target Instance",
        ),
        (
            "owner /1234/0 9",
            "refused: set_owner, target /1234/0, SSID 9: there is no server",
        ),
        ("modified", "no"),
        ("persist kept.bin", "done"),
        ("bs begin", "2.04"),
        (
            "restore kept.bin",
            "^refused: restore: a transaction is open (EBADF)",
        ),
        ("bs finish", "2.04"),
    ]);
}

/// What does not validate names instance, resource or entry, and rule.
#[test]
fn refusals_of_a_transaction_say_why() {
    passes(&[
        ("owner /1234/0 1", "server 1 owns /2/0"),
        (
            "1 update /2/0 2/9=1",
            "4.00 Bad Request\n  reason: validation, /2/0/2/9, target /1234/0: there is no server",
        ),
        (
            "1 update /2/0 3=9",
            "reason: validation, /2/0/3, target /1234/0, SSID 9: there is no server",
        ),
        (
            "1 write /2/0 2/1=1",
            "reason: validation, /2/0, target /1234/0: the owner is not set",
        ),
        (
            "bs write /2/5 0=1234 1=0 3=1",
            "reason: validation, /2/5, target /1234/0: another Access Control Instance",
        ),
        (
            "bs write /2/5 0=1234 1=7 3=1",
            "reason: validation, /2/5, target /1234/7: the target Instance does not exist",
        ),
        (
            "bs write /2/5 0=4321 1=7 3=1",
            "reason: validation, /2/5, target /4321/7: the target Object is not registered",
        ),
        (
            "bs write /2/5/2/1 1",
            "4.00 Bad Request\n  reason: validation, /2/5",
        ),
        ("bs begin", "2.04"),
        ("bs write /2/7 0=1234 1=1 2/9=1 3=65535", "2.04"),
        (
            "bs finish",
            "4.06 Not Acceptable\n  reason: validation, /2/7/2/9, target /1234/1: there is no server",
        ),
        ("show", "Object 2: Instances 0\n"),
    ]);
}

/// Outside an operation there is no transcript: the log tells it.
#[test]
fn refusals_outside_an_operation_are_logged() {
    let driver = build("driver-log", &["sandbox/tests/driver.c"]);
    let input = "!restore 41434f010000000204d20001000000010004d20002000000010000\n";
    let output = run(&mut program(driver, &folder("log")), input);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.starts_with("ERROR [access_control] restore, /2/2, target /1234/0, SSID 1, byte 26: "),
        "{told}"
    );
}
