//! What a key may be named for, for applets whose MSE is their own.

use crate::{
    StatusWord,
    chip::Context,
    vault::{Access, Class},
};

/// What a private key is named for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyUse {
    /// To sign.
    Sign,
    /// To decipher.
    Decipher,
}

impl Context<'_> {
    /// Whether the current DF has a private key with this number that is meant for a use. Whether what was proved is
    /// enough is asked when it is used.
    ///
    /// # Errors
    ///
    /// `6A88` if there is no such key, `6985` if its rule allows the use to nobody on the interface.
    pub fn check_key(&self, key: u8, meant: KeyUse) -> Result<(), StatusWord> {
        let access = match meant {
            KeyUse::Sign => Access::Sign,
            KeyUse::Decipher => Access::Decipher,
        };
        let key = self.find(Class::PrivateKey, key)?;
        self.core.vault.condition(key, access).map(|_| ()).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)
    }
}
