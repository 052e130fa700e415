//! What IoTivity-lite's own list answered, replayed through the C interface.
#![allow(missing_docs)]

use minicbor::Decoder;
use ocf_acl::ffi::*;
use std::ffi::c_char;
use std::path::Path;
use std::ptr;
use testkit_ocf::traces::{Device, List, Request};
use testkit_ocf::{table, traces};

/// The list behind the C functions.
struct Linked(*mut ocf_acl_t);

impl Linked {
    fn encoded(&self, view: u8) -> List {
        let mut length = 0;
        // SAFETY: the list lives; NULL and 0 ask for the length.
        let code = unsafe { ocf_acl_encode(self.0, view, ptr::null_mut(), 0, &mut length) };
        assert_eq!(code, OCF_ACL_CODE_TOO_LARGE);
        let mut buffer = vec![0; length];
        // SAFETY: the list lives, and the buffer has as many bytes as are said.
        let code =
            unsafe { ocf_acl_encode(self.0, view, buffer.as_mut_ptr(), length, &mut length) };
        assert_eq!(code, OCF_ACL_CODE_CONTENT);
        decode(&buffer).expect("what the list writes is CBOR of the schema")
    }
}

impl Drop for Linked {
    fn drop(&mut self) {
        // SAFETY: NULL, or made by ocf_acl_new() and used no more.
        unsafe { ocf_acl_free(self.0) }
    }
}

fn decode(bytes: &[u8]) -> Result<List> {
    let mut input = Decoder::new(bytes);
    let mut list = List {
        owner: None,
        aces: Vec::new(),
    };
    map(&mut input, |input, key| {
        match key {
            "rowneruuid" => {
                let owner = input.str()?;
                list.owner = (!owner.starts_with("00000000-")).then(|| owner.to_owned());
            }
            "aclist2" => each(input, |input| {
                list.aces.push(decode_ace(input)?);
                Ok(())
            })?,
            _ => each(input, |input| input.str().map(drop))?,
        }
        Ok(())
    })?;
    list.aces.sort_unstable();
    Ok(list)
}

fn decode_ace(input: &mut Decoder<'_>) -> Result<String> {
    let (mut id, mut permission) = (0, 0);
    let (mut kind, mut name, mut authority, mut tag) = ("", "", "", "");
    let mut paths = Vec::new();
    map(input, |input, key| {
        match key {
            "aceid" => id = input.u32()?,
            "permission" => permission = input.u8()?,
            "tag" => tag = input.str()?,
            "subject" => map(input, |input, key| {
                if key == "authority" {
                    authority = input.str()?;
                } else {
                    (kind, name) = (key, input.str()?);
                }
                Ok(())
            })?,
            "resources" => each(input, |input| {
                let (mut href, mut wildcard) = ("", "");
                map(input, |input, key| {
                    match key {
                        "href" => href = input.str()?,
                        "wc" => wildcard = input.str()?,
                        _ => panic!("{key} in a resource"),
                    }
                    Ok(())
                })?;
                let joint = if wildcard.is_empty() { "" } else { "&" };
                paths.push(format!("{href}{joint}{wildcard}"));
                Ok(())
            })?,
            _ => panic!("{key} in an ACE"),
        }
        Ok(())
    })?;
    let subject = match (kind, authority) {
        ("role", "") => format!("r:{name}"),
        ("role", _) => format!("r:{name}@{authority}"),
        ("uuid", "") => format!("u:{name}"),
        ("conntype", "") => format!("c:{name}"),
        _ => panic!("subject {kind}"),
    };
    Ok(traces::ace(id, &subject, permission, tag, paths))
}

type Result<T> = std::result::Result<T, minicbor::decode::Error>;

fn map<'b>(
    input: &mut Decoder<'b>,
    mut field: impl FnMut(&mut Decoder<'b>, &'b str) -> Result<()>,
) -> Result<()> {
    let count = input.map()?.expect("lengths are definite");
    (0..count).try_for_each(|_| {
        let key = input.str()?;
        field(input, key)
    })
}

fn each<'b>(
    input: &mut Decoder<'b>,
    mut item: impl FnMut(&mut Decoder<'b>) -> Result<()>,
) -> Result<()> {
    let count = input.array()?.expect("lengths are definite");
    (0..count).try_for_each(|_| item(input))
}

/// NULL for none, as the C interface has it.
fn pointer<T>(value: Option<&T>) -> *const T {
    value.map_or(ptr::null(), ptr::from_ref)
}

impl Device for Linked {
    fn begin(&mut self) {
        // SAFETY: the list lives, and nobody else uses it.
        unsafe { ocf_acl_reset(self.0) }
    }

    fn set_owner(&mut self, owner: &str) {
        let owner = traces::uuid(owner);
        // SAFETY: the list lives, and the UUID has 16 bytes.
        let code = unsafe { ocf_acl_set_owner(self.0, owner.as_ptr()) };
        assert_eq!(code, OCF_ACL_CODE_CHANGED);
    }

    fn post(&mut self, state: u8, payload: &[u8]) -> u8 {
        let mut error = ocf_acl_error_t {
            offset: usize::MAX,
            ace: 0,
            reason: 0,
        };
        // SAFETY: the list lives, and the payload has as many bytes as are said.
        let code =
            unsafe { ocf_acl_post(self.0, state, payload.as_ptr(), payload.len(), &mut error) };
        assert_eq!(code == OCF_ACL_CODE_CHANGED, error.reason == 0);
        code
    }

    fn delete(&mut self, state: u8, query: Option<&str>) -> u8 {
        let query = query.unwrap_or_default();
        // SAFETY: the list lives, and the query has as many bytes as are said.
        unsafe { ocf_acl_delete(self.0, state, query.as_ptr().cast(), query.len()) }
    }

    fn allows(&mut self, request: &Request<'_>) -> bool {
        let peer = request.peer.map(traces::uuid);
        let doxm = request.doxm_owner.map(traces::uuid);
        let pstat = request.pstat_owner.map(traces::uuid);
        let cred = request.cred_owner.map(traces::uuid);
        let text =
            |text: Option<&str>| text.map_or(ptr::null(), |text| text.as_ptr().cast::<c_char>());
        let roles: Vec<ocf_acl_role_t> = request
            .roles
            .iter()
            .map(|role| ocf_acl_role_t {
                role: text(Some(role.role)),
                role_len: role.role.len(),
                authority: text(role.authority),
                authority_len: role.authority.unwrap_or_default().len(),
                certified: role.certified.into(),
            })
            .collect();
        let flag = |set, flag| if set { flag } else { 0 };
        let given = ocf_acl_request_t {
            path: text(Some(request.path)),
            path_len: request.path.len(),
            peer: pointer(peer.as_ref()).cast(),
            roles: roles.as_ptr(),
            role_count: roles.len(),
            doxm_owner: pointer(doxm.as_ref()).cast(),
            pstat_owner: pointer(pstat.as_ref()).cast(),
            cred_owner: pointer(cred.as_ref()).cast(),
            secure_peers: request.secure_peers,
            state: request.state,
            method: request.method,
            kind: match request.kind {
                'V' => OCF_ACL_KIND_VERTICAL,
                'O' => OCF_ACL_KIND_OTHER,
                'D' => OCF_ACL_KIND_DCR,
                'S' => OCF_ACL_KIND_SVR,
                kind => panic!("kind {kind}"),
            },
            rfotm_access: request.rfotm_access,
            flags: flag(request.secured, OCF_ACL_FLAG_SECURED)
                | flag(request.onboarding, OCF_ACL_FLAG_ONBOARDING)
                | flag(request.discoverable, OCF_ACL_FLAG_DISCOVERABLE)
                | flag(request.no_secure_endpoint, OCF_ACL_FLAG_NO_SECURE_ENDPOINT),
        };
        let mut decision = ocf_acl_decision_t {
            aceid: 0,
            has_aceid: 0,
            allowed: 2,
            permissions: 0,
            rule: 0,
        };
        // SAFETY: the list lives, and so does all that the request points to.
        let code = unsafe { ocf_acl_check(self.0, &given, &mut decision) };
        assert_eq!(code == OCF_ACL_CODE_CONTENT, decision.allowed == 1);
        assert!(
            decision.rule != 0,
            "the request is not refused as malformed"
        );
        decision.allowed == 1
    }

    fn list(&mut self) -> List {
        self.encoded(OCF_ACL_VIEW_STORAGE)
    }

    fn read(&mut self) -> List {
        self.encoded(OCF_ACL_VIEW_PLAIN)
    }
}

#[test]
fn the_recorded_answers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut list = Linked(ocf_acl_new());
    let outcome = traces::replay(&mut list, &traces::traces(&root), table::TABLE);
    println!("{outcome:#?}");
    traces::judge(&outcome, table::TABLE);
    // What is passed over compares nothing: it must not become much.
    assert!(outcome.passed_over < 1_200, "{}", outcome.passed_over);
    assert!(outcome.decisions > 9_700, "{}", outcome.decisions);
}
