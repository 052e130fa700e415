//! What the engine asks of the LwM2M client around it.

use crate::{Change, Error, Ids, Iid, Oid, Refusal, Ssid};

/// The LwM2M client that an engine works for.
///
/// The engine asks; it never assumes. An answer may call the engine again.
/// A method that cannot answer returns [`Error::Host`] or [`Error::NoMemory`].
pub trait Host {
    /// Whether the Object is registered.
    ///
    /// # Errors
    /// When the client cannot tell.
    fn is_object_registered(&self, oid: Oid) -> Result<bool, Error>;

    /// Whether an Instance of a registered Object exists.
    ///
    /// # Errors
    /// When the client cannot tell.
    fn is_instance_present(&self, oid: Oid, iid: Iid) -> Result<bool, Error>;

    /// Whether an instance of the Server Object has the Short Server ID, which
    /// is never 0 nor 65535 here.
    ///
    /// # Errors
    /// When the client cannot tell.
    fn is_server_known(&self, ssid: Ssid) -> Result<bool, Error>;

    /// The SSID of the server account, if exactly one other than the
    /// Bootstrap-Server's is configured: that server may then do everything
    /// [LwM2M 7.3.2.1]. Asked for each decision: keep it cheap, and in doubt say
    /// `None`.
    fn single_server(&self) -> Option<Ssid>;

    /// Adds the IDs of all Instances of a registered Object to `found`.
    ///
    /// # Errors
    /// When the list may be incomplete.
    fn list_instances(&self, oid: Oid, found: &mut Ids) -> Result<(), Error>;

    /// Adds the SSIDs of all instances of the Security Object other than the
    /// Bootstrap-Server's to `found`.
    ///
    /// # Errors
    /// When the list may be incomplete.
    fn list_accounts(&self, found: &mut Ids) -> Result<(), Error>;

    /// Removes an Object Instance that nobody can reach any more.
    ///
    /// # Errors
    /// When it still exists.
    fn remove_instance(&self, oid: Oid, iid: Iid) -> Result<(), Error>;

    /// Takes note, for observers, of a change to Object 2 that did not come
    /// through its handlers.
    fn changed(&self, change: Change);

    /// Takes note, for a log, that a call is about to return an error, and why.
    /// Nothing has changed by that call, but in [`crate::Call::Commit`], which
    /// has ended the transaction.
    fn refused(&self, refusal: &Refusal) {
        let _ = refusal;
    }
}
