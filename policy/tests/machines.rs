//! What programs, shells and editors are told.

use jsonschema::Validator;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_lwm2m-acl"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("it starts");
    assert!(output.stderr.is_empty(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn inputs(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cmd")
        .join(name)
}

fn validator(folder: &Path) -> Validator {
    let schema: Value = serde_json::from_str(&run(folder, &["schema"])).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[track_caller]
fn valid(schema: &Validator, answer: &str) {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    let errors: Vec<String> = schema
        .iter_errors(&answer)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}\n{answer:#}");
}

#[test]
fn all_answers_are_as_the_schema_says() {
    let good = inputs("commands.in");
    let bad = inputs("refusals.in");
    let schema = validator(&good);
    let policies = [
        "policy.toml",
        "changed.toml",
        "odd.toml",
        "many.toml",
        "doubtful.toml",
        "single.toml",
    ];
    for policy in policies {
        for command in ["show", "check"] {
            valid(&schema, &run(&good, &[command, policy, "--format", "json"]));
        }
        let diff = ["diff", "policy.toml", policy, "--format", "json"];
        valid(&schema, &run(&good, &diff));
        for (server, operation, path) in [
            ("1", "read", "/3/0"),
            ("2", "write", "/1234/0/1"),
            ("9", "create", "/1234"),
            ("bootstrap", "delete", "/9/9"),
            ("1", "discover", "/7"),
            ("1", "execute", "/2/0"),
            ("1", "read", "/0/0"),
        ] {
            let explain = [
                "explain", policy, "--server", server, operation, path, "--format", "json",
            ];
            valid(&schema, &run(&good, &explain));
        }
    }
    let mut refused = 0;
    for entry in fs::read_dir(&bad).expect("there") {
        let name = entry.expect("readable").file_name();
        let name = name.to_str().expect("text");
        let answer = run(&bad, &["check", name, "--format", "json"]);
        valid(&schema, &answer);
        refused += usize::from(answer.contains("\"valid\": false"));
    }
    assert!(refused > 8, "{refused}");
}

#[test]
fn answers_about_lists_are_as_the_schema_says() {
    let folder = inputs("ocf.in");
    let schema = validator(&folder);
    for list in ["lamp.json", "lamp.cbor", "stored.cbor", "own-ids.json"] {
        valid(
            &schema,
            &run(&folder, &["ocf", "show", list, "--format", "json"]),
        );
        valid(
            &schema,
            &run(&folder, &["ocf", "check", list, "--format", "json"]),
        );
        let uuid = "--uuid=61646d69-6e69-7374-7261-746f72313233";
        let questions: [&[&str]; 8] = [
            &[uuid, "get", "/light"],
            &[
                uuid,
                "--role",
                "guest",
                "--role",
                "guest@home",
                "put",
                "/light",
            ],
            &["--unsecured", "get", "/light"],
            &["--unsecured", "--state", "RFOTM", "get", "/oic/sec/doxm"],
            &["--onboarding", "--state", "rfotm", "post", "/oic/sec/pstat"],
            &["--discoverable", "delete", "/x\u{1b}\u{202e}"],
            &[uuid, "delete", "/oic/sec/cred"],
            &["--state", "reset", "--unsecured", "get", "/oic/sec/acl2"],
        ];
        for question in questions {
            let explain = ["ocf", "explain", list, "--format", "json"];
            valid(&schema, &run(&folder, &[&explain, question].concat()));
        }
    }
    for (name, place) in [
        ("broken.json", "\"column\": 16"),
        ("wrong.json", "\"line\": 3"),
        ("cut.cbor", "\"byte\": 25"),
        ("policy.toml", "\"rule\": \"no-list\""),
    ] {
        let answer = run(&folder, &["ocf", "check", name, "--format", "json"]);
        valid(&schema, &answer);
        assert!(answer.contains("\"valid\": false"), "{answer}");
        assert!(answer.contains(place), "{answer}");
    }
}

/// The schema says something: what is changed in an answer, it finds.
#[test]
fn the_schema_can_fail() {
    let good = inputs("commands.in");
    let schema = validator(&good);
    let shown: Value =
        serde_json::from_str(&run(&good, &["show", "policy.toml", "--json"])).expect("JSON");
    for (place, wrong) in [
        ("/version", Value::from(2)),
        ("/command", Value::from("check")),
        ("/instances/0/others", Value::from("WR")),
        ("/instances/0/others", Value::from("")),
        ("/instances/0/iid", Value::from(65535)),
        ("/instances/0/acl", Value::from(1)),
        ("/servers/0/ssid", Value::from(0)),
    ] {
        let mut changed = shown.clone();
        *changed.pointer_mut(place).expect(place) = wrong;
        assert!(!schema.is_valid(&changed), "{place}");
    }
    assert!(schema.is_valid(&shown));

    let folder = inputs("ocf.in");
    let explain = [
        "ocf",
        "explain",
        "lamp.json",
        "--role=guest",
        "get",
        "/light",
    ];
    for (arguments, wrongs) in [
        (
            ["ocf", "show", "lamp.json"].as_slice(),
            [
                ("/command", Value::from("ocf explain")),
                ("/aces/0/rights", Value::from("UR")),
                ("/aces/0/subject", json!({ "uuid": "x" })),
                ("/aces/1/resources/0", json!({})),
                ("/resources/0/given/0/aces/0", Value::from(-1)),
            ],
        ),
        (
            &["ocf", "check", "lamp.json"],
            [
                ("/version", Value::from(3)),
                ("/issues/0/level", Value::from("fatal")),
                ("/issues/0/line", Value::from(0)),
                ("/issues/0/aces", Value::Null),
                ("/aces", Value::from("7")),
            ],
        ),
        (
            &explain,
            [
                ("/rule", Value::from("own-entry")),
                ("/steps", json!([])),
                ("/roles/0/role", Value::from("")),
                ("/state", Value::from("RFNOP")),
                ("/rights", Value::from("")),
            ],
        ),
    ] {
        let answer = run(&folder, &[arguments, &["--format", "json"]].concat());
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert!(schema.is_valid(&answer), "{answer:#}");
        for (place, wrong) in wrongs {
            let mut changed = answer.clone();
            *changed.pointer_mut(place).expect(place) = wrong;
            assert!(!schema.is_valid(&changed), "{arguments:?} {place}");
        }
    }
}

/// What is said in JSON is what the list is decided by: the matrix says what its
/// ACEs say, and a question what the matrix says.
#[test]
fn what_a_list_gives_is_told_alike_everywhere() {
    let folder = inputs("ocf.in");
    let answer = |arguments: &[&str]| -> Value {
        let text = run(&folder, &[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&text).expect("JSON")
    };
    let shown = answer(&["ocf", "show", "lamp.json"]);
    let aces = shown["aces"].as_array().expect("a list");
    let mut squares = 0;
    for row in shown["resources"].as_array().expect("a list") {
        for given in row["given"].as_array().expect("a list") {
            squares += 1;
            let of: Vec<&Value> = aces
                .iter()
                .filter(|ace| ace["subject"] == given["subject"])
                .filter(|ace| {
                    let resources = ace["resources"].as_array().expect("a list");
                    resources.contains(&row["resource"])
                })
                .collect();
            let ids: Vec<&Value> = of.iter().map(|ace| &ace["aceid"]).collect();
            let told = given["aces"].as_array().expect("a list");
            assert_eq!(ids, told.iter().collect::<Vec<_>>(), "{row:#}");
            for letter in "CRUDN".chars() {
                let has = |it: &Value| it["rights"].as_str().expect("text").contains(letter);
                assert_eq!(of.iter().any(|ace| has(ace)), has(given), "{row:#}");
            }
        }
    }
    assert!(squares > 5);
    let asked = answer(&[
        "ocf",
        "explain",
        "lamp.json",
        "--role=guest@home",
        "--discoverable",
        "get",
        "/light",
    ]);
    // By its role, its connection (the wildcards * and +), and as anyone; not as
    // ACE 7, which gives nothing.
    assert_eq!(asked["aces"], json!([2, 3, 4, 5]));
    assert_eq!(asked["ace"], 2);
    assert_eq!(asked["rights"], "RUD");
}

/// What a CI needs of SARIF: each result with a rule that is described, a level
/// and a place.
#[test]
fn sarif_has_what_a_ci_needs() {
    for (folder, name) in [
        ("commands.in", "doubtful.toml"),
        ("refusals.in", "mistakes.toml"),
        ("refusals.in", "faults.bin"),
        ("refusals.in", "text.bin"),
    ] {
        let text = run(&inputs(folder), &["check", name, "--format", "sarif"]);
        let sarif: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(sarif["version"], "2.1.0");
        let found = &sarif["runs"][0];
        let rules = found["tool"]["driver"]["rules"].as_array().expect("rules");
        let ids: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
        let results = found["results"].as_array().expect("results");
        assert!(!results.is_empty());
        for result in results {
            assert!(ids.contains(&&result["ruleId"]), "{result}");
            let level = result["level"].as_str().expect("a level");
            assert!(["error", "warning", "note"].contains(&level));
            assert!(
                result["message"]["text"]
                    .as_str()
                    .is_some_and(|it| !it.is_empty())
            );
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], name);
            if name.ends_with(".toml") {
                assert!(
                    place["region"]["startLine"]
                        .as_u64()
                        .is_some_and(|line| line > 0)
                );
            }
        }
    }
}

/// Of a list in JSON each finding has its line; of CBOR none has one.
#[test]
fn sarif_of_lists_has_places() {
    let folder = inputs("ocf.in");
    for (name, count) in [
        ("lamp.json", 5),
        ("wrong.json", 1),
        ("broken.json", 1),
        ("cut.cbor", 1),
    ] {
        let text = run(&folder, &["ocf", "check", name, "--format", "sarif"]);
        let sarif: Value = serde_json::from_str(&text).expect("JSON");
        let found = &sarif["runs"][0];
        let rules = found["tool"]["driver"]["rules"].as_array().expect("rules");
        let ids: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
        let results = found["results"].as_array().expect("results");
        assert_eq!(results.len(), count, "{text}");
        for result in results {
            assert!(ids.contains(&&result["ruleId"]), "{result}");
            let region = &result["locations"][0]["physicalLocation"]["region"];
            let is_json = name.ends_with(".json");
            assert_eq!(region["startLine"].is_u64(), is_json, "{result}");
            assert_eq!(region["byteOffset"].is_u64(), !is_json, "{result}");
        }
    }
}

/// Nothing in a list steers a terminal, turns the order of letters, or reads like
/// another list.
#[test]
fn names_in_lists_stay_apart() {
    let folder = inputs("ocf.in");
    let text = run(&folder, &["ocf", "show", "own-ids.json"]);
    for subject in [
        "\n[1] role \"\\\"größe\\\" \\\\\" of of\n",
        "\n[2] role \"guest of home\"\n",
        "\n[3] role guest of home\n",
    ] {
        assert!(text.contains(subject), "{text}");
    }
    let findings = run(&folder, &["ocf", "check", "own-ids.json"]);
    let explain = [
        "ocf",
        "explain",
        "own-ids.json",
        "--role",
        "a\u{1b}[31m",
        "get",
    ];
    let why = run(&folder, &[&explain, ["/\u{202e}\n"].as_slice()].concat());
    for text in [text, findings, why] {
        let steers = |letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}');
        assert!(!text.contains(steers), "{text:?}");
    }
}

/// A path may hold what means something in a URI.
#[test]
fn paths_are_written_as_uris() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("a b#%é.toml"), "x = 1\n").expect("writable");
    let text = run(folder, &["check", "a b#%é.toml", "--format", "sarif"]);
    assert!(text.contains("\"a%20b%23%25%C3%A9.toml\""), "{text}");
}

#[test]
fn shells_complete() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for (shell, begin) in [
        ("bash", "_lwm2m"),
        ("zsh", "#compdef lwm2m-acl"),
        ("fish", "complete -c lwm2m-acl"),
    ] {
        let script = run(folder, &["completions", shell]);
        assert!(
            script.contains(begin) && script.contains("decompile"),
            "{shell}"
        );
        fs::write(folder.join(shell), script).expect("writable");
    }
    // Bash is everywhere; and it completes with it.
    let line = "source ./bash; function=$(complete -p lwm2m-acl | sed 's/.*-F \\([^ ]*\\).*/\\1/'); \
                COMP_WORDS=(lwm2m-acl expl); COMP_CWORD=1; \
                $function lwm2m-acl expl lwm2m-acl; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["-c", line])
        .current_dir(folder)
        .output();
    let output = output.expect("it starts");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "explain",
        "{output:?}"
    );
}

#[test]
fn all_manual_pages_are_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    run(folder, &["man", "--to", "man1"]);
    let mut names: Vec<String> = fs::read_dir(folder.join("man1"))
        .expect("there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    names.sort();
    for name in [
        "lwm2m-acl.1",
        "lwm2m-acl-compile.1",
        "lwm2m-acl-report.1",
        "lwm2m-acl-ocf-check.1",
    ] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    // Of what can be done, and not of how to ask for help once more.
    assert!(!names.iter().any(|name| name.contains("help")), "{names:?}");
}
