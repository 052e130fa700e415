//! The commands, for `help` and for messages about bad lines.

/// Operations of a server.
const OPERATIONS: [&str; 15] = [
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
];

pub fn is_operation(verb: &str) -> bool {
    OPERATIONS.contains(&verb)
}

/// How a command of the client is written.
pub fn usage(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "help" => "help",
        "quit" => "quit",
        "show" => "show",
        "purge" => "purge",
        "modified" => "modified",
        "persist" => "persist FILE",
        "restore" => "restore FILE",
        "changed" => "changed PATH",
        "grant" => "grant TARGET SSID RIGHTS",
        "owner" => "owner TARGET SSID",
        _ => return None,
    })
}

pub const TEXT: &str = "\
One operation a line: who, what, where. PATH is /OID, /OID/IID, /OID/IID/RID or
/OID/IID/RID/RIID. Text with blanks stands in quotation marks; hex:0a0b is two
bytes. A line that begins with # is a remark.

A server (its Short Server ID), for example 1:
  1 read PATH                     1 discover PATH
  1 write PATH VALUE              1 write PATH RIID=VALUE...
  1 write /OID/IID RID=VALUE...   1 update /OID/IID RID=VALUE...
  1 create /OID [RID=VALUE...]    1 create /OID/IID [RID=VALUE...]
  1 delete PATH                   1 execute PATH [N='TEXT'...]
  1 attributes PATH NAME=VALUE... 1 observe PATH    1 cancel PATH
  1 read-composite PATH...        1 write-composite PATH=VALUE...
  1 observe-composite PATH...     1 cancel-composite PATH...
  1 send PATH...                  (the client sends to server 1)
In an Instance, RID/RIID=VALUE names an element of a multiple resource.

The Bootstrap-Server:
  bs begin    bs finish           everything between is one transaction
  bs read PATH    bs discover PATH    bs delete PATH
  bs write PATH ...    bs update PATH ...

The application:
  grant TARGET SSID RIGHTS        set_acl; RIGHTS are letters of RWEDC, or none
  owner TARGET SSID               set_owner; SSID may be bs
  purge    modified    persist FILE    restore FILE
  changed PATH                    reports a changed value, or an Object's Instances
TARGET is /OID/IID, or /OID for the right to create. SSID 0 is the default entry.

  show    help    quit
";
