//! The report in a real browser: Chromium, driven headless. Its pictures are kept
//! in `target/tmp/report`. Without Chromium the test fails, unless
//! `LWM2M_ACL_NO_BROWSER` says that there is none: then it says that it did not
//! run.

mod browser;

use access_control::{Entry, Mask, Operation};
use browser::Browser;
use lwm2m_acl::check::check;
use lwm2m_acl::diff::diff;
use lwm2m_acl::explain::{Question, explain};
use lwm2m_acl::instance::Instance;
use lwm2m_acl::report;
use lwm2m_acl::report::lwm2m::Content;
use lwm2m_acl::state::{self, State};
use lwm2m_acl::words::{LETTERS, Names, OPERATIONS, Target};
use lwm2m_acl::{format, ocf, policy};
use std::fs;
use std::path::{Path, PathBuf};

fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    fs::create_dir_all(&folder).expect("writable");
    folder
}

/// A page that is looked at.
struct Viewed {
    browser: Browser,
    _folder: tempfile::TempDir,
}

impl Viewed {
    fn open(page: &[u8]) -> Option<Viewed> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("report.html");
        fs::write(&file, page).expect("writable");
        Some(Viewed {
            browser: Browser::open(&file)?,
            _folder: folder,
        })
    }

    fn text(&mut self, script: &str) -> String {
        self.browser.text(script)
    }

    fn of(&mut self, id: &str) -> String {
        self.text(&format!("document.getElementById('{id}').innerText"))
    }

    /// What is in view, row by row: the target, then what a screen reader is told.
    fn rows(&mut self) -> Vec<String> {
        let text = self.text(
            "[...document.querySelectorAll('#grid-body tr')].map((row) => [...row.cells]\
             .map((cell) => cell.ariaLabel ?? cell.innerText.replace(/\\s+/g, ' ')).join(' | ')).join('\\n')",
        );
        text.lines().map(str::to_owned).collect()
    }

    /// Puts the focus into the matrix, as Tab does.
    fn focus(&mut self) {
        self.browser
            .run("document.querySelector('#grid-body [tabindex=\"0\"]').focus()");
    }

    fn focused(&mut self) -> String {
        self.text("document.activeElement.ariaLabel ?? document.activeElement.id")
    }

    fn silent(&self) {
        assert!(self.browser.said.is_empty(), "{:?}", self.browser.said);
    }

    fn picture(&mut self, name: &str, width: u32, is_dark: bool) {
        let theme = if is_dark { "dark" } else { "light" };
        let file = pictures().join(format!("{name}-{width}-{theme}.png"));
        self.browser.picture(&file, width, is_dark);
    }
}

const POLICY: &str = include_str!("cmd/commands.in/doubtful.toml");

fn compiled(text: &str) -> (State, Names) {
    let policy = policy::read(text).expect("no mistakes");
    let names = policy.names.clone();
    let state = state::compile(text.to_owned(), policy, None).expect("compiled");
    (state, names)
}

fn page_of(state: &State, names: &Names, source: &str) -> Vec<u8> {
    let accounts = (!names.is_empty()).then(|| names.iter().map(|(ssid, _)| ssid).collect());
    report::lwm2m::report(&Content {
        source,
        acl: &state.acl,
        names,
        report: &check(state, accounts.as_ref(), names),
        before: None,
    })
    .expect("memory takes it")
}

fn restored(instances: &[Instance]) -> State {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("acl.bin");
    fs::write(&file, format::write(instances)).expect("writable");
    state::load(&file, None).expect("valid")
}

/// Of all kinds of answers: entries, owners with and without one, the default
/// entry, an absent ACL, creation, keys, reserved bits.
fn all_kinds() -> Vec<Instance> {
    let entry = |(ssid, mask)| Entry { ssid, mask };
    type Kind = (u16, u16, u16, Option<&'static [(u16, u16)]>);
    let kinds: [Kind; 9] = [
        (3, 0, 1, Some(&[(0, 1), (1, 15), (2, 3)])),
        (3, 65535, 1, Some(&[(1, 16), (2, 0), (4, 31)])),
        (5, 0, 3, Some(&[])),
        (5, 65535, 2, Some(&[(0, 16)])),
        (21, 0, 1, Some(&[(1, 15)])),
        (1234, 0, 2, Some(&[(0, 5), (2, 0)])),
        (1234, 1, 65535, None),
        (1234, 7, 65535, Some(&[(0, 0), (1, 0x8003), (4, 8)])),
        (65534, 65534, 4, Some(&[(2, 2)])),
    ];
    let instance = |(iid, (oid, target, owner, acl)): (u16, Kind)| Instance {
        iid,
        target: Target { oid, iid: target },
        owner,
        acl: acl.map(|acl| acl.iter().copied().map(entry).collect()),
    };
    (0..).zip(kinds).map(instance).collect()
}

fn many(count: u16) -> Vec<Instance> {
    let objects = [3, 4, 5, 6, 3303, 3304, 3311, 3342, 1234, 26241];
    let instance = |place: u16| {
        let mask = |by: u16| (place / by + place % by) % 16;
        let entries = [(0, 1), (1, 15), (2, mask(3)), (3, mask(7)), (4, mask(11))];
        let entries = entries
            .into_iter()
            .filter(|(ssid, _)| place.is_multiple_of(4) || *ssid != 0);
        Instance {
            iid: place,
            target: Target {
                oid: objects[usize::from(place) % objects.len()],
                iid: place / objects.len() as u16,
            },
            owner: 1 + place % 3,
            acl: Some(entries.map(|(ssid, mask)| Entry { ssid, mask }).collect()),
        }
    };
    (0..count).map(instance).collect()
}

fn names() -> Names {
    let mut names = Names::default();
    for (ssid, name) in [
        (1, "operator"),
        (2, "analytics"),
        (3, "installer"),
        (4, "guest"),
    ] {
        names.add(ssid, name.to_owned());
    }
    names
}

#[test]
fn filters_keys_and_clicks_do_what_they_say() {
    let (state, names) = compiled(POLICY);
    let Some(mut view) = Viewed::open(&page_of(&state, &names, "doubtful.toml")) else {
        return;
    };
    assert_eq!(view.of("count"), "6 targets");
    assert_eq!(view.of("source"), "doubtful.toml");
    let rows = view.rows();
    assert_eq!(rows.len(), 6);
    assert_eq!(
        rows[0],
        "/1/2LwM2M Server | /2/4 | analytics | server 1 (operator) on /1/2: nothing | \
         server 2 (analytics) on /1/2: Read, Write; owner | server 3 (guest) on /1/2: nothing | \
         any other server on /1/2: nothing"
    );
    assert!(
        rows[1].contains("server 3 (guest) on /3/0: Read; by the default entry"),
        "{}",
        rows[1]
    );

    // Search, by path and by the name of an Object.
    view.browser.type_into("#search", "/3303/");
    assert_eq!(view.of("count"), "4 of 6 targets");
    view.browser.type_into("#search", "device");
    assert_eq!(view.rows().len(), 1);
    view.browser.type_into("#search", "nothing of this kind");
    assert_eq!(view.rows(), ["No target fits the filters."]);
    view.browser.click("#clear");
    assert_eq!(view.of("count"), "6 targets");
    // Servers: what they can reach, and only they.
    view.browser.type_into("#server", "analytics");
    assert_eq!(view.of("count"), "5 of 6 targets");
    let columns =
        "[...document.querySelectorAll('#grid-head th.cell')].map((it) => it.title).join()";
    assert_eq!(view.text(columns), "server 2 (analytics)");
    // Rights.
    view.browser.click("#rights [aria-label=Write]");
    assert_eq!(view.rows().len(), 1);
    assert!(view.rows()[0].starts_with("/1/2"));
    view.browser.click("#clear");
    // Objects.
    view.browser
        .run("object.value = '3303'; object.dispatchEvent(new Event('change'))");
    assert_eq!(view.of("count"), "4 of 6 targets");
    view.browser.click("#clear");
    // A finding, and back.
    view.browser.click("#findings .card.warning button.at");
    assert_eq!(view.of("count"), "1 of 6 targets");
    assert!(view.rows()[0].starts_with("/3303/7"));
    view.browser.click("#chosen-clear");
    assert_eq!(view.of("count"), "6 targets");

    // Keys: from the search by Tab into the matrix, to a square and into its steps.
    view.focus();
    assert_eq!(view.focused(), "server 1 (operator) on /1/2: nothing");
    for (key, wanted) in [
        (
            "ArrowRight",
            "server 2 (analytics) on /1/2: Read, Write; owner",
        ),
        (
            "ArrowDown",
            "server 2 (analytics) on /3/0: Read; by the default entry",
        ),
        (
            "End",
            "any other server on /3/0: Read; by the default entry",
        ),
        ("PageDown", "any other server on /3303/7: nothing"),
        ("Home", "server 1 (operator) on /3303/7: nothing"),
        ("PageUp", "server 1 (operator) on /1/2: nothing"),
        ("ArrowUp", "server 1 (operator) on /1/2: nothing"),
        (
            "ArrowRight",
            "server 2 (analytics) on /1/2: Read, Write; owner",
        ),
    ] {
        view.browser.press(key, false);
        assert_eq!(view.focused(), wanted, "{key}");
    }
    view.browser.press("Enter", false);
    assert_eq!(view.focused(), "detail-title");
    assert_eq!(
        view.of("detail-title"),
        "May server 2 (analytics) read /1/2?"
    );
    assert_eq!(view.of("detail-answer"), "Allowed.");
    view.browser.press("Escape", false);
    assert_eq!(
        view.focused(),
        "server 2 (analytics) on /1/2: Read, Write; owner"
    );
    assert_eq!(view.text("String(detail.hidden)"), "true");

    // A click.
    view.browser.click("#grid-body td.cell");
    assert_eq!(
        view.of("detail-title"),
        "May server 1 (operator) read /1/2?"
    );
    assert_eq!(view.of("detail-answer"), "Denied: 4.01 Unauthorized.");
    view.silent();
    view.picture("six", 1400, false);
}

/// Each square says what `explain` says, word for word.
#[test]
fn each_square_explains_as_the_command_does() {
    let state = restored(&all_kinds());
    let names = names();
    let Some(mut view) = Viewed::open(&page_of(&state, &names, "all")) else {
        return;
    };
    let found = view.text(
        "(() => { const all = []; \
           for (const cell of [...document.querySelectorAll('#grid-body td.cell')]) { \
             const at = `[data-row=\"${cell.dataset.row}\"][data-column=\"${cell.dataset.column}\"]`; \
             document.querySelector(at).click(); \
             const length = document.querySelectorAll('#detail-operations button').length; \
             for (let place = 0; place < length; place += 1) { \
               document.querySelectorAll('#detail-operations button')[place].click(); \
               const text = (id) => document.getElementById(id).textContent; \
               const steps = [...document.querySelectorAll('#detail-steps li')]; \
               all.push([text('detail-title'), ...steps.map((it) => it.textContent), \
                         text('detail-needs'), text('detail-answer')].join('\\n')); } } \
           return all.join('\\n\\n'); })()",
    );
    let mut wanted = Vec::new();
    for instance in state.acl.by_target() {
        let target = instance.target;
        let servers = state.acl.servers();
        // A server that nobody named stands for all others.
        for ssid in servers.into_iter().chain([9]) {
            for (_, right) in LETTERS {
                if !target.rights().contains(right) {
                    continue;
                }
                let operation = match right {
                    Mask::READ => Operation::Read,
                    Mask::WRITE => Operation::Write,
                    Mask::EXECUTE => Operation::Execute,
                    Mask::DELETE => Operation::Delete,
                    _ => Operation::Create,
                };
                let mut words = OPERATIONS.into_iter();
                let word = words
                    .find(|(_, it)| *it == operation)
                    .expect("it has one")
                    .0;
                let question = Question {
                    ssid,
                    word,
                    operation,
                    target,
                };
                let found = explain(&state.acl, question, &names);
                let mut lines = vec![found.question.clone()];
                lines.extend(found.steps.iter().map(|step| step.text.clone()));
                lines.push(found.needs.clone().unwrap_or_default());
                lines.push(found.words().lines().last().unwrap_or_default().to_owned());
                wanted.push(lines.join("\n").replace("server 9", "any other server"));
            }
        }
    }
    assert!(wanted.len() > 100);
    let wanted = wanted.join("\n\n");
    let differs = found
        .lines()
        .zip(wanted.lines())
        .find(|(it, wanted)| it != wanted);
    assert_eq!(differs, None);
    assert_eq!(found.lines().count(), wanted.lines().count());
    view.silent();
}

#[test]
fn names_stay_names() {
    let (state, _) = compiled(POLICY);
    let mut names = Names::default();
    let hostile = [
        "</script><script>document.title='ran'</script>",
        "<img src=x onerror=\"document.title='ran'\">",
        "{{data}} \u{202e} javascript:document.title='ran' \\u003c/script>",
    ];
    for (ssid, name) in (1..).zip(hostile) {
        names.add(ssid, name.to_owned());
    }
    let source = "--></title></script><script>document.title='ran'</script>{{script}}\".bin";
    let page = page_of(&state, &names, source);
    let Some(mut view) = Viewed::open(&page) else {
        return;
    };
    assert_eq!(
        view.text("document.title"),
        format!("Who may do what: {source}")
    );
    assert_eq!(view.text("String(document.scripts.length)"), "2");
    assert_eq!(view.text("String(document.images.length)"), "0");
    let columns =
        "[...document.querySelectorAll('#grid-head th.cell')].map((it) => it.title).join('\\n')";
    let titles = view.text(columns);
    for (ssid, name) in (1..).zip(hostile) {
        assert!(
            titles.contains(&format!("server {ssid} ({name})")),
            "{titles}"
        );
    }
    view.silent();
    // And what got in all the same could not run, nor send anything.
    let reported = view.browser.run("new Promise((done) => { \
               const seen = []; \
               document.addEventListener('securitypolicyviolation', (it) => { \
                 seen.push(it.effectiveDirective); if (seen.length === 3) done(seen.sort().join()); }); \
               const script = document.createElement('script'); \
               script.textContent = \"document.title = 'ran'\"; document.body.append(script); \
               const image = document.createElement('img'); image.src = 'https://localhost/x'; \
               document.body.append(image); \
               fetch('https://localhost/x').catch(() => {}); })");
    let wanted = "connect-src,img-src,script-src-elem";
    assert_eq!(reported, wanted);
    assert_ne!(view.text("document.title"), "ran");
}

/// The list of an OCF device, whose texts are anything that a peer could store.
#[test]
fn lists_of_ocf_devices_are_shown() {
    let hostile = "</script><script>document.title='ran'</script>\u{202e}{{data}}";
    let list = serde_json::json!({ "aclist2": [
        { "aceid": 1, "subject": { "role": hostile }, "resources": [{ "href": "/light" }], "permission": 2 },
        { "aceid": 2, "subject": { "conntype": "auth-crypt" },
          "resources": [{ "href": format!("/{hostile}") }, { "wc": "*" }], "permission": 4 },
        { "aceid": 3, "subject": { "uuid": "61646d69-6e69-7374-7261-746f72313233" },
          "resources": [{ "href": "/oic/sec/acl2" }], "permission": 2 },
    ], "rowneruuid": "61646d69-6e69-7374-7261-746f72313233" });
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("list.json");
    fs::write(&file, list.to_string()).expect("writable");
    let acl = ocf::load(&file).expect("valid").acl;
    let page = report::ocf::report("list.json", &acl).expect("memory takes it");
    let Some(mut view) = Viewed::open(&page) else {
        return;
    };
    assert_eq!(view.of("count"), "4 resources");
    let rows = view.rows();
    let owned = "61646d69-6e69-7374-7261-746f72313233 on /oic/sec/acl2: \
                 Create, Retrieve, Update, Delete, Notify; owner";
    assert!(rows.iter().any(|row| row.contains(owned)), "{rows:?}");
    let title = format!("role {hostile:?} on /light: Retrieve, Update");
    assert!(!title.contains('\u{202e}'));
    assert!(rows.iter().any(|row| row.contains(&title)), "{rows:?}");
    // A click says what `ocf explain` says.
    view.browser.type_into("#search", "/light");
    view.browser.click("#grid-body td.cell");
    let asked = ocf::explain::Question {
        uuid: None,
        roles: vec![(hostile.to_owned(), None)],
        is_secured: true,
        is_onboarding: false,
        is_discoverable: false,
        state: "rfnop",
        method: "post",
        path: "/light".to_owned(),
    };
    let found = ocf::explain::explain(&acl, &asked);
    view.browser.click("#detail-operations button:nth-child(2)");
    assert_eq!(view.of("detail-title"), found.question);
    for step in &found.steps {
        assert!(view.of("detail-steps").contains(&step.text), "{step:?}");
    }
    assert_eq!(view.text("document.title"), "Who may do what: list.json");
    view.silent();
    view.picture("ocf", 1400, false);
}

#[test]
fn what_was_gained_and_lost_is_marked() {
    let old = restored(&all_kinds());
    let mut instances = all_kinds();
    instances.remove(2);
    instances[0].acl = Some(vec![Entry { ssid: 2, mask: 13 }]);
    let new = restored(&instances);
    let names = names();
    let differs = diff(&old.acl, &new.acl);
    let page = report::lwm2m::report(&Content {
        source: "new.bin",
        acl: &new.acl,
        names: &names,
        report: &check(&new, None, &names),
        before: Some(("old.bin", &old.acl, &differs)),
    });
    let Some(mut view) = Viewed::open(&page.expect("memory takes it")) else {
        return;
    };
    assert_eq!(view.of("source"), "new.bin, compared with old.bin");
    assert_eq!(
        view.of("changes-lead"),
        "Since old.bin: somebody gained something."
    );
    // The same words as `diff`.
    let said = differs.words(&names);
    for line in said.lines() {
        assert!(view.of("changes-list").contains(line.trim()), "{line}");
    }
    let rows = view.rows();
    let wanted =
        "server 2 (analytics) on /3/0: Read, Execute, Delete; gained Execute, Delete; lost Write";
    assert!(rows[0].contains(wanted), "{}", rows[0]);
    let gone = rows.iter().find(|row| row.starts_with("/5/0"));
    let gone = gone.expect("what is gone is shown");
    assert!(
        gone.contains("server 3 (installer) on /5/0: nothing; lost Read, Write, Execute, Delete"),
        "{gone}"
    );
    view.silent();
    view.picture("changes", 1400, false);
    view.picture("changes", 1400, true);
}

#[test]
fn the_largest_state_is_usable() {
    let instances = many(u16::MAX);
    let state = restored(&instances);
    let page = page_of(&state, &names(), "largest.bin");
    assert!(page.len() <= 5 << 20, "{} bytes", page.len());
    let Some(mut view) = Viewed::open(&page) else {
        return;
    };
    assert_eq!(view.of("count"), "65,535 targets");
    let made = "String(document.querySelectorAll('#grid-body tr').length)";
    let few = |made: String| made.parse::<usize>().expect("a number") < 100;
    assert!(few(view.text(made)));
    view.focus();
    view.browser.press("End", true);
    let focused = view.focused();
    assert!(
        focused.starts_with("any other server on /26241/6552:"),
        "{focused}"
    );
    assert!(few(view.text(made)));
    assert_eq!(
        view.text(
            "document.querySelector('#grid-body tr:last-child').getAttribute('aria-rowindex')"
        ),
        "65536"
    );
    view.browser.type_into("#search", "/3303/6553");
    assert_eq!(view.of("count"), "1 of 65,535 targets");
    view.silent();
}

/// As many servers as there can be: some are shown, any can be found.
#[test]
fn the_most_servers_are_usable() {
    let entry = |ssid: u16| Entry {
        ssid,
        mask: ssid % 16,
    };
    let instances = [Instance {
        iid: 0,
        target: Target { oid: 3, iid: 0 },
        owner: 1,
        acl: Some((1..u16::MAX).map(entry).collect()),
    }];
    let state = restored(&instances);
    let page = page_of(&state, &Names::default(), "servers.bin");
    assert!(page.len() <= 5 << 20, "{} bytes", page.len());
    let Some(mut view) = Viewed::open(&page) else {
        return;
    };
    let shown = view.of("count");
    assert!(shown.contains("24 of 65,534 servers"), "{shown}");
    view.browser.type_into("#server", "40001");
    assert!(
        view.rows()[0].contains("server 40001 on /3/0: Read"),
        "{:?}",
        view.rows()
    );
    view.silent();
}

/// Pictures to look at; that they are no empty pages is all that a test can say.
#[test]
fn pictures_are_kept() {
    let (three, three_names) = compiled(
        "[servers]\noperator = 1\nanalytics = 2\ninstaller = 3\n\
         [defaults]\nowner = \"operator\"\nrights = { operator = \"RWED\", analytics = \"R\" }\n\
         [\"/3/0\"]\nrights = { operator = \"RWED\", default = \"R\" }\n[\"/3303/0\"]\n\
         [\"/3303\"]\nrights = { operator = \"C\", installer = \"C\" }\n",
    );
    let thousands = restored(&many(3000));
    for (name, state, names) in [
        ("three", &three, &three_names),
        ("thousands", &thousands, &names()),
    ] {
        let Some(mut view) = Viewed::open(&page_of(state, names, "acl.bin")) else {
            return;
        };
        for width in [1400, 400] {
            for is_dark in [false, true] {
                view.picture(name, width, is_dark);
            }
        }
        view.browser
            .click("#grid-body tr:nth-child(2) td.cell:nth-of-type(4)");
        view.picture(&format!("{name}-steps"), 1400, false);
        view.picture(&format!("{name}-steps"), 400, true);
        let file = pictures().join(format!("{name}.pdf"));
        view.browser.print(&file);
        view.silent();
    }
    let picture = fs::read(pictures().join("three-1400-light.png")).expect("kept");
    assert!(picture.len() > 20_000, "{} bytes", picture.len());
}
