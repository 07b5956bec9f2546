//! CBC and MACs on triple DES and AES.

use aes::{Aes128, Aes256};
use cbc::cipher::{
    Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser, KeyInit,
    KeyIvInit,
};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};
use retail_mac::RetailMac;

use crate::crypto::{CipherKey, CryptoError};

pub(super) fn encrypt_cbc(key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
    match key {
        CipherKey::TripleDes(key) => encrypt::<TdesEde2>(key, iv, data),
        CipherKey::Aes128(key) => encrypt::<Aes128>(key, iv, data),
        CipherKey::Aes256(key) => encrypt::<Aes256>(key, iv, data),
    }
}

pub(super) fn decrypt_cbc(key: &CipherKey, iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
    match key {
        CipherKey::TripleDes(key) => decrypt::<TdesEde2>(key, iv, data),
        CipherKey::Aes128(key) => decrypt::<Aes128>(key, iv, data),
        CipherKey::Aes256(key) => decrypt::<Aes256>(key, iv, data),
    }
}

fn encrypt<C>(key: &[u8], iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError>
where
    C: BlockCipherEncrypt + KeyInit,
    cbc::Encryptor<C>: KeyIvInit + BlockModeEncrypt,
{
    let mut cipher = cbc::Encryptor::<C>::new_from_slices(key, iv).map_err(|_| CryptoError::Input)?;
    cipher.encrypt_blocks(whole_blocks::<cbc::Encryptor<C>>(data)?);
    Ok(())
}

fn decrypt<C>(key: &[u8], iv: &[u8], data: &mut [u8]) -> Result<(), CryptoError>
where
    C: BlockCipherDecrypt + KeyInit,
    cbc::Decryptor<C>: KeyIvInit + BlockModeDecrypt,
{
    let mut cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).map_err(|_| CryptoError::Input)?;
    cipher.decrypt_blocks(whole_blocks::<cbc::Decryptor<C>>(data)?);
    Ok(())
}

fn whole_blocks<C: BlockSizeUser>(data: &mut [u8]) -> Result<&mut [Block<C>], CryptoError> {
    match Block::<C>::slice_as_chunks_mut(data) {
        (blocks, []) => Ok(blocks),
        _ => Err(CryptoError::Input),
    }
}

pub(super) fn mac(key: &CipherKey, parts: &[&[u8]]) -> Result<[u8; 8], CryptoError> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if !length.is_multiple_of(key.block()) {
        return Err(CryptoError::Input);
    }
    match key {
        CipherKey::TripleDes(key) => first_half::<RetailMac<Des>>(key, parts),
        CipherKey::Aes128(key) => first_half::<Cmac<Aes128>>(key, parts),
        CipherKey::Aes256(key) => first_half::<Cmac<Aes256>>(key, parts),
    }
}

fn first_half<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Result<[u8; 8], CryptoError> {
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| CryptoError::Key)?;
    for part in parts {
        mac.update(part);
    }
    let value = mac.finalize().into_bytes();
    value.first_chunk::<8>().copied().ok_or(CryptoError::Key)
}
