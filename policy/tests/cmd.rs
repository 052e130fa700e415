//! The answers of the commands, word for word. After a change that is meant:
//! `TRYCMD=overwrite cargo test --package lwm2m-acl --test cmd`.

#[test]
fn answers_are_as_kept() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .case("tests/cmd/*.md");
}
