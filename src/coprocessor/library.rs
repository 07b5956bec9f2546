//! AWS-LC behind functions that cannot be called wrongly.
//!
//! Blinding is left out: what a card answers must not depend on chance, the only secrets here are test keys, and to ask
//! the library for chance costs it 20 ms once. What it allocates it clears before it is given back; a nonce may stay on
//! its stack.

use std::{
    ffi::c_int,
    fmt,
    ptr::{self, NonNull},
};

use aws_lc_sys as c;
use zeroize::Zeroizing;

/// What C functions answer when they have done it.
const DONE: c_int = 1;

/// An RSA private key, ready for use.
pub(super) struct PrivateKey {
    rsa: NonNull<c::RSA>,
    /// The length of the modulus in bytes.
    length: usize,
}

// SAFETY: an RSA object belongs to no thread (openssl/rsa.h), and this is its only owner.
unsafe impl Send for PrivateKey {}

impl PrivateKey {
    /// Takes the numbers of a key in the order of RSAPrivateKey [RFC-8017 A.1.2]: modulus, public exponent, private
    /// exponent, both primes, the private exponent modulo each less 1, the inverse of the second prime modulo the
    /// first. Big-endian; the modulus begins with no zero. `None` if they do not belong together, or are none that the
    /// library computes with.
    pub(super) fn new(numbers: [&[u8]; 8]) -> Option<Self> {
        let length = numbers[0].len();
        let numbers = numbers.map(Number::new);
        let [Some(n), Some(e), Some(d), Some(p), Some(q), Some(d_p), Some(d_q), Some(q_inverse)] = &numbers else {
            return None;
        };
        // SAFETY: all eight are numbers and live longer than the call; the key copies them.
        let rsa = unsafe {
            c::RSA_new_private_key(
                n.as_ptr(),
                e.as_ptr(),
                d.as_ptr(),
                p.as_ptr(),
                q.as_ptr(),
                d_p.as_ptr(),
                d_q.as_ptr(),
                q_inverse.as_ptr(),
            )
        };
        let rsa = made(rsa)?;
        // SAFETY: the key was just made and nobody else has it.
        unsafe { c::RSA_set_flags(rsa.as_ptr(), c::RSA_FLAG_NO_BLINDING) };
        Some(Self { rsa, length })
    }

    /// The block to the power of the private exponent, as long as the modulus. `None` if the block is not as long, or
    /// is none that the library raises.
    pub(super) fn raw(&self, block: &[u8]) -> Option<Vec<u8>> {
        let (mut power, mut written) = (vec![0; self.length], 0);
        // SAFETY: the key is one; the library reads `block` and writes at most `power.len()` bytes to `power`, and the
        // count of them to `written`. It changes the key under a lock of its own.
        let done = unsafe {
            c::RSA_sign_raw(
                self.rsa.as_ptr(),
                &raw mut written,
                power.as_mut_ptr(),
                power.len(),
                block.as_ptr(),
                block.len(),
                c::RSA_NO_PADDING,
            )
        };
        (succeeded(done) && written == power.len()).then_some(power)
    }
}

impl Drop for PrivateKey {
    fn drop(&mut self) {
        // SAFETY: the key is one, and this is its only owner.
        unsafe { c::RSA_free(self.rsa.as_ptr()) }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({} bits)", self.length * 8)
    }
}

/// Signs a hash with ECDSA on P-256 and the nonce that is given; r and s. `None` if the key or the nonce is zero or not
/// below the order of the curve.
pub(super) fn ecdsa_p256(key: &[u8; 32], nonce: &[u8; 32], digest: &[u8]) -> Option<[u8; 64]> {
    let key = CurveKey::new(key)?;
    // The library warns by the name: who has the nonce has the key. Ours is drawn from the key.
    // SAFETY: the key is one; the library reads the hash and the nonce.
    let signature = unsafe {
        c::ECDSA_sign_with_nonce_and_leak_private_key_for_testing(
            digest.as_ptr(),
            digest.len(),
            key.0.as_ptr(),
            nonce.as_ptr(),
            nonce.len(),
        )
    };
    Signature(made(signature)?).bytes()
}

/// The uncompressed point of a private key on P-256. `None` if the scalar is zero or not below the order of the curve.
pub(super) fn p256_public(key: &[u8; 32]) -> Option<[u8; 65]> {
    let scalar = Scalar::new(key)?;
    let product = Point::new()?;
    // SAFETY: all are what they must be; the library writes the point alone.
    let done = unsafe {
        c::EC_POINT_mul(curve(), product.0.as_ptr(), scalar.as_ptr(), ptr::null(), ptr::null(), ptr::null_mut())
    };
    if succeeded(done) { product.bytes() } else { None }
}

/// The product of a private key on P-256 and an uncompressed point, uncompressed. `None` if the scalar is zero or not
/// below the order of the curve, or if the bytes are no point of it.
pub(super) fn p256_multiply(key: &[u8; 32], point: &[u8; 65]) -> Option<Zeroizing<[u8; 65]>> {
    let scalar = Scalar::new(key)?;
    let (point, product) = (Point::read(point)?, Point::new()?);
    // SAFETY: as above; the factor is another point than the product.
    let done = unsafe {
        c::EC_POINT_mul(curve(), product.0.as_ptr(), ptr::null(), point.0.as_ptr(), scalar.as_ptr(), ptr::null_mut())
    };
    if succeeded(done) { product.bytes().map(Zeroizing::new) } else { None }
}

/// The curve: a table of the library's, which nobody frees.
fn curve() -> *const c::EC_GROUP {
    // SAFETY: it takes nothing, and makes the table under a lock of its own.
    unsafe { c::EC_group_p256() }
}

/// A big number.
struct Number(NonNull<c::BIGNUM>);

impl Number {
    fn new(bytes: &[u8]) -> Option<Self> {
        // SAFETY: the library reads the bytes; without a number to fill it makes one.
        made(unsafe { c::BN_bin2bn(bytes.as_ptr(), bytes.len(), ptr::null_mut()) }).map(Self)
    }

    fn as_ptr(&self) -> *const c::BIGNUM {
        self.0.as_ptr()
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: the number is one, and this is its only owner.
        unsafe { c::BN_clear_free(self.0.as_ptr()) }
    }
}

/// A number from 1 to the order of P-256 less 1.
struct Scalar(Number);

impl Scalar {
    fn new(bytes: &[u8; 32]) -> Option<Self> {
        let number = Number::new(bytes)?;
        // SAFETY: both numbers are ones: the order is the curve's own.
        let in_range = unsafe {
            c::BN_is_zero(number.as_ptr()) == 0
                && c::BN_cmp(number.as_ptr(), c::EC_GROUP_get0_order(curve())).is_negative()
        };
        in_range.then_some(Self(number))
    }

    fn as_ptr(&self) -> *const c::BIGNUM {
        self.0.as_ptr()
    }
}

/// A point of P-256.
struct Point(NonNull<c::EC_POINT>);

impl Point {
    /// The point at infinity.
    fn new() -> Option<Self> {
        // SAFETY: the curve is one.
        made(unsafe { c::EC_POINT_new(curve()) }).map(Self)
    }

    /// An uncompressed point, if the bytes are one.
    fn read(bytes: &[u8; 65]) -> Option<Self> {
        let point = Self::new()?;
        // SAFETY: both are what they must be; the library reads the bytes and asks whether the curve has the point.
        let done =
            unsafe { c::EC_POINT_oct2point(curve(), point.0.as_ptr(), bytes.as_ptr(), bytes.len(), ptr::null_mut()) };
        succeeded(done).then_some(point)
    }

    /// The point uncompressed; `None` for that at infinity.
    fn bytes(&self) -> Option<[u8; 65]> {
        let mut bytes = [0; 65];
        let form = c::point_conversion_form_t::POINT_CONVERSION_UNCOMPRESSED;
        // SAFETY: both are what they must be; the library writes at most `bytes.len()` bytes.
        let written = unsafe {
            c::EC_POINT_point2oct(curve(), self.0.as_ptr(), form, bytes.as_mut_ptr(), bytes.len(), ptr::null_mut())
        };
        if written == 0 {
            forget_reasons();
        }
        (written == bytes.len()).then_some(bytes)
    }
}

impl Drop for Point {
    fn drop(&mut self) {
        // SAFETY: the point is one, and this is its only owner. It may be a secret that two share.
        unsafe { c::EC_POINT_clear_free(self.0.as_ptr()) }
    }
}

/// A private key on P-256, without its point.
struct CurveKey(NonNull<c::EC_KEY>);

impl CurveKey {
    fn new(scalar: &[u8; 32]) -> Option<Self> {
        let scalar = Number::new(scalar)?;
        // SAFETY: it takes the number of a curve.
        let key = Self(made(unsafe { c::EC_KEY_new_by_curve_name(c::NID_X9_62_prime256v1) })?);
        // SAFETY: both are what they must be; the key copies the number.
        let done = unsafe { c::EC_KEY_set_private_key(key.0.as_ptr(), scalar.as_ptr()) };
        succeeded(done).then_some(key)
    }
}

impl Drop for CurveKey {
    fn drop(&mut self) {
        // SAFETY: the key is one, and this is its only owner.
        unsafe { c::EC_KEY_free(self.0.as_ptr()) }
    }
}

/// An ECDSA signature.
struct Signature(NonNull<c::ECDSA_SIG>);

impl Signature {
    /// r and s, 32 bytes each.
    fn bytes(&self) -> Option<[u8; 64]> {
        let (mut r, mut s) = (ptr::null(), ptr::null());
        // SAFETY: the signature is one; r and s are its own and live as long as it does.
        unsafe { c::ECDSA_SIG_get0(self.0.as_ptr(), &raw mut r, &raw mut s) };
        let mut bytes = [0; 64];
        for (half, number) in bytes.as_chunks_mut::<32>().0.iter_mut().zip([r, s]) {
            // SAFETY: the number is one; the library writes all of `half` and no more, or refuses.
            if !succeeded(unsafe { c::BN_bn2bin_padded(half.as_mut_ptr(), half.len(), number) }) {
                return None;
            }
        }
        Some(bytes)
    }
}

impl Drop for Signature {
    fn drop(&mut self) {
        // SAFETY: the signature is one, and this is its only owner.
        unsafe { c::ECDSA_SIG_free(self.0.as_ptr()) }
    }
}

/// What a function made, if it made it.
fn made<T>(object: *mut T) -> Option<NonNull<T>> {
    let object = NonNull::new(object);
    if object.is_none() {
        forget_reasons();
    }
    object
}

/// Whether a function did what it was asked for.
fn succeeded(response: c_int) -> bool {
    let done = response == DONE;
    if !done {
        forget_reasons();
    }
    done
}

/// Empties the queue in which the library keeps, for each thread, why it refused.
fn forget_reasons() {
    // SAFETY: it takes nothing and touches only what is the thread's own.
    unsafe { c::ERR_clear_error() }
}
