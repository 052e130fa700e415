//! Chromium, driven headless by its DevTools protocol: no more of it than the test
//! of the report needs. (Crates with the whole protocol take minutes to compile.)

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page. It ends when this is dropped.
pub struct Browser {
    process: Child,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: String,
    last: u64,
    /// What its console said, and what it asked the network for.
    pub said: Vec<String>,
    _profile: tempfile::TempDir,
}

/// Where Chromium is, or nothing where there is to be none.
fn program() -> Option<PathBuf> {
    if std::env::var_os("LWM2M_ACL_NO_BROWSER").is_some() {
        eprintln!("!!! NOT RUN: the report in a browser: LWM2M_ACL_NO_BROWSER is set");
        return None;
    }
    let folders = std::env::var_os("PATH").expect("there is a PATH");
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .flat_map(|name| std::env::split_paths(&folders).map(move |folder| folder.join(name)))
        .find(|path| path.is_file());
    Some(found.expect(
        "Chromium is missing (Debian: apt-get install chromium); \
         set LWM2M_ACL_NO_BROWSER to do without",
    ))
}

impl Browser {
    /// Shows a file, once its script has said that it is ready.
    pub fn open(file: &Path) -> Option<Browser> {
        let profile = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(program()?)
            .args([
                "--headless",
                // The pages are ours, and in a container it often cannot be had.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--window-size=1400,1000",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("DevTools listening on ")?.1.to_owned()))
            .expect("it says where it listens");
        // What it has to say besides is read, so that it can go on.
        std::thread::spawn(move || lines.for_each(drop));
        let (socket, _) = tungstenite::connect(address).expect("it answers");
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).expect("a time");
        }
        let mut browser = Browser {
            process,
            socket,
            session: String::new(),
            last: 0,
            said: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", target);
        browser.session = session["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Runtime", "Log", "Network", "Page"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        let url = format!("file://{}", file.display());
        browser.call("Page.navigate", json!({ "url": url }));
        let start = Instant::now();
        while browser.text("document.documentElement?.dataset?.ready ?? 'no'") != "yes" {
            assert!(start.elapsed() < PATIENCE, "no page: {:?}", browser.said);
            std::thread::sleep(Duration::from_millis(20));
        }
        // The page itself.
        browser.said.retain(|said| *said != url);
        Some(browser)
    }

    /// Calls a method of the protocol.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.clone().into();
        }
        let message = Message::text(message.to_string());
        self.socket.send(message).expect("it listens");
        loop {
            let message = self.socket.read().expect(method);
            let Ok(text) = message.to_text() else {
                continue;
            };
            let Ok(mut found) = serde_json::from_str::<Value>(text) else {
                continue;
            };
            if found["id"] == self.last {
                assert!(found["error"].is_null(), "{method}: {found}");
                return found["result"].take();
            }
            let said = match found["method"].as_str() {
                Some("Network.requestWillBeSent") => found["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                Some("Log.entryAdded" | "Runtime.consoleAPICalled" | "Runtime.exceptionThrown") => {
                    found["params"].to_string()
                }
                _ => continue,
            };
            self.said.push(said);
        }
    }

    /// Runs a script; what it gives, once it is there.
    pub fn run(&mut self, script: &str) -> Value {
        let parameters = json!({
            "expression": script,
            "awaitPromise": true,
            "returnByValue": true,
            "userGesture": true,
        });
        let mut found = self.call("Runtime.evaluate", parameters);
        assert!(found["exceptionDetails"].is_null(), "{script}: {found}");
        found["result"]["value"].take()
    }

    /// The same, where it gives text.
    pub fn text(&mut self, script: &str) -> String {
        match self.run(script) {
            Value::String(text) => text,
            other => panic!("{script}: {other}"),
        }
    }

    /// Presses and lets go of a key, with Ctrl or without.
    pub fn press(&mut self, key: &str, with_ctrl: bool) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "PageUp" => 33,
            "PageDown" => 34,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            "Tab" => 9,
            other => panic!("{other}: not a key of the test"),
        };
        for kind in ["keyDown", "keyUp"] {
            let parameters = json!({
                "type": kind,
                "key": key,
                "code": key,
                "windowsVirtualKeyCode": code,
                "modifiers": if with_ctrl { 2 } else { 0 },
            });
            self.call("Input.dispatchKeyEvent", parameters);
        }
    }

    /// Clicks the first element that fits, where it is.
    pub fn click(&mut self, selector: &str) {
        let found = self.run(&format!(
            "(() => {{ const it = document.querySelector({selector:?}); \
             it.scrollIntoView({{ block: 'center', behavior: 'instant' }}); \
             const box = it.getBoundingClientRect(); \
             return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let parameters = json!({
                "type": kind, "x": found[0], "y": found[1], "button": "left", "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", parameters);
        }
    }

    /// Types into a field in place of what is there.
    pub fn type_into(&mut self, selector: &str, text: &str) {
        self.click(selector);
        self.run(&format!("document.querySelector({selector:?}).select()"));
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// A picture, of this width.
    pub fn picture(&mut self, file: &Path, width: u32, is_dark: bool) {
        let metrics = json!({
            "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let theme = if is_dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
        self.call("Emulation.setEmulatedMedia", media);
        // Two frames: what is in view is made anew.
        self.run(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))",
        );
        let found = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        keep(file, &found["data"]);
    }

    /// The page as it is printed.
    pub fn print(&mut self, file: &Path) {
        let found = self.call("Page.printToPDF", json!({ "landscape": true }));
        keep(file, &found["data"]);
    }
}

fn keep(file: &Path, data: &Value) {
    use base64::Engine as _;
    let data = data.as_str().expect("there is something");
    let bytes = base64::engine::general_purpose::STANDARD.decode(data);
    fs::write(file, bytes.expect("base64")).expect("writable");
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Nobody waits for it to end well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
