//! Making forms and having cards sign them.

use jiff::civil::Date;
use p256::ecdsa::Signature;
use virtuale_engine::{Reset, StatusWord};
use x509_cert::{Certificate, der::Decode};

use super::{
    Container, Form,
    content::{Generation, Secrets},
    copy,
    mode::Part,
    refusal::Refusal,
    sealing::{self, SealError},
    signed::{Algorithm, Billed, By, SignedError, ToSign},
    trust::Trust,
    verify::Files,
};
use crate::{
    profile::layout::Layout,
    terminal::{
        copies::{self, NotAppended, TooMuch},
        cps::{CardSigner, SigningKey},
        exchange::Dialogue,
        holder::{Asked, Code, Holder},
        right,
        signature::Unsigned,
        transport::Transport,
        vitale::VitaleSigner,
    },
};

/// How many forms a lot has at most.
pub const MOST_IN_LOT: usize = 50;

/// A form that was made.
#[derive(Debug)]
pub struct Made {
    /// What it says.
    pub form: Form,
    /// What is enciphered of it.
    pub secrets: Secrets,
    /// Its bytes and its signatures.
    pub files: Files,
    /// Why there is no copy of it on the Vitale that signed it; nothing where there is one, or no Vitale signed.
    pub no_copy: Option<NoCopy>,
}

/// Why a form has no copy on a Vitale.
#[derive(Debug, thiserror::Error)]
pub enum NoCopy {
    /// The card did not take it.
    #[error(transparent)]
    NotAppended(#[from] NotAppended),
    /// The form says something that a copy has no place for.
    #[error("a copy has no place for something that the form says: {0}")]
    TooMuch(#[from] TooMuch),
}

/// The patient's card, ready to sign.
pub struct Patient<'t> {
    /// The way to it.
    pub transport: &'t mut dyn Transport,
    /// Its layout, by which copies are kept.
    pub layout: &'t Layout,
}

/// Why no form was signed.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// A card may not, or does not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The container of a signature could not be put together.
    #[error(transparent)]
    Container(#[from] SignedError),
    /// What is sensitive could not be enciphered.
    #[error(transparent)]
    Sealing(#[from] SealError),
}

/// What every form of a run is made with.
#[derive(Clone, Debug)]
pub struct Bench<'a> {
    /// Whom the terminal trusts.
    pub trust: &'a Trust,
    /// The certificate of the addressee, in DER.
    pub addressee: &'a [u8],
    /// The day of the signatures.
    pub today: Date,
    /// The seed of the run.
    pub seed: u64,
}

/// The professional's card, ready to sign.
pub struct Professional<'t> {
    /// The way to it.
    pub transport: &'t mut dyn Transport,
    /// Its key.
    pub key: SigningKey,
    /// The code, unless another program has proved it.
    pub code: Option<Code>,
}

impl Bench<'_> {
    /// Makes a form, without signatures.
    ///
    /// # Errors
    ///
    /// [`NotMade::Sealing`] if what is sensitive cannot be enciphered.
    pub fn make(&self, form: Form, secrets: Secrets) -> Result<Made, NotMade> {
        let mut container = Container { form, sealed: None };
        if !secrets.is_empty() {
            let open = container.encode();
            container.sealed = Some(sealing::seal(&secrets, self.addressee, self.seed, &open)?);
        }
        let files = Files { form: container.encode(), ..Files::default() };
        Ok(Made { form: container.form, secrets, files, no_copy: None })
    }

    /// Has the cards sign forms: the professional's all of those that it signs, then the Vitale those that it does. The
    /// professional's card is reset behind it, so that nobody else finds its code proved, and with it what it opened
    /// on the Vitale.
    ///
    /// # Errors
    ///
    /// [`NotMade`] if a card does not. Then no form counts as signed.
    pub fn sign(
        &self,
        made: &mut [Made],
        professional: Professional<'_>,
        vitale: Option<Patient<'_>>,
    ) -> Result<(), NotMade> {
        let Professional { transport, key, code } = professional;
        self.check(By::Professional, &key.certificate)?;
        let mut own = Dialogue::new(transport);
        let mut signed = self.sign_by_professional(made, &mut own, key, code.as_ref());
        let mut reset_vitale = Ok(());
        let has_vitale = made.iter().any(signs_with_vitale);
        if let Some(Patient { transport, layout }) = vitale.filter(|_| has_vitale && signed.is_ok()) {
            let mut patient = Dialogue::new(transport);
            signed = self.sign_by_vitale(made, (&mut patient, layout), &mut own, code);
            drop(patient);
            reset_vitale = transport.reset(Reset::Warm);
        }
        drop(own);
        let reset = transport.reset(Reset::Warm).and(reset_vitale);
        signed?;
        Ok(reset.map_err(|error| Refusal::Unsigned(Unsigned::Exchange(error.into())))?)
    }

    /// Has the Vitale sign a form that the professional's card has signed before. Both cards are reset behind it.
    ///
    /// # Errors
    ///
    /// [`NotMade`] if a card does not.
    pub fn complete(
        &self,
        form: &[u8],
        professional: Professional<'_>,
        Patient { transport: vitale, layout }: Patient<'_>,
    ) -> Result<(Vec<u8>, Option<NoCopy>), NotMade> {
        let Professional { transport, code, .. } = professional;
        let (mut own, mut patient) = (Dialogue::new(transport), Dialogue::new(vitale));
        let signed = self.opened(&mut patient, &mut own, code).and_then(|mut card| self.vitale_signs(&mut card, form));
        let signed = signed.map(|signed| {
            let said = Container::decode(form).ok();
            (signed, said.and_then(|container| leave_copy(&mut patient, layout, &container.form).err()))
        });
        drop((own, patient));
        let reset = transport.reset(Reset::Warm).and(vitale.reset(Reset::Warm));
        let signed = signed?;
        reset.map_err(|error| Refusal::Unsigned(Unsigned::Exchange(error.into())))?;
        Ok(signed)
    }

    fn sign_by_professional(
        &self,
        made: &mut [Made],
        dialogue: &mut Dialogue<'_>,
        key: SigningKey,
        code: Option<&Code>,
    ) -> Result<(), NotMade> {
        let certificate = key.certificate.clone();
        let mut card = CardSigner::begin(dialogue, key, code).map_err(Refusal::from)?;
        for one in made.iter_mut().filter(|one| one.form.mode.has_professional()) {
            let billed = Billed { number: &one.form.caregiver.billing };
            let to_sign = ToSign::new(&one.files.form, self.today.into(), &certificate, Some(billed))?;
            let signature = card.sign(&to_sign.bytes()?).map_err(Refusal::from)?;
            one.files.professional = Some(
                to_sign.with_signature((Algorithm::Rsa, &signature), &self.above(By::Professional, &certificate))?,
            );
        }
        Ok(())
    }

    fn sign_by_vitale(
        &self,
        made: &mut [Made],
        (patient, layout): (&mut Dialogue<'_>, &Layout),
        professional: &mut Dialogue<'_>,
        code: Option<Code>,
    ) -> Result<(), NotMade> {
        let mut card = self.opened(patient, professional, code)?;
        for one in made.iter_mut().filter(|one| signs_with_vitale(one)) {
            one.files.vitale = Some(self.vitale_signs(&mut card, &one.files.form)?);
        }
        // All are signed: now, as long as the card is open, it gets its copies.
        for one in made.iter_mut().filter(|one| signs_with_vitale(one)) {
            one.no_copy = leave_copy(patient, layout, &one.form).err();
        }
        Ok(())
    }

    /// A Vitale whose key the professional's card has opened.
    fn opened<'d, 't>(
        &self,
        patient: &'d mut Dialogue<'t>,
        professional: &mut Dialogue<'_>,
        code: Option<Code>,
    ) -> Result<VitaleSigner<'d, 't>, NotMade> {
        right::prove(patient, professional, &mut Given(code)).map_err(Refusal::from)?;
        let card = VitaleSigner::begin(patient).map_err(Refusal::from)?;
        self.check(By::Vitale, card.certificate())?;
        Ok(card)
    }

    fn vitale_signs(&self, card: &mut VitaleSigner<'_, '_>, form: &[u8]) -> Result<Vec<u8>, NotMade> {
        let certificate = card.certificate().to_vec();
        let to_sign = ToSign::new(form, self.today.into(), &certificate, None)?;
        let signature = card.sign(&to_sign.bytes()?).map_err(Refusal::from)?;
        // r and s, as a CMS has them; what is neither comes out as a signature that is wrong.
        let der = Signature::from_slice(&signature).map(|both| both.to_der().as_bytes().to_vec()).unwrap_or(signature);
        Ok(to_sign.with_signature((Algorithm::Ecdsa, &der), &self.above(By::Vitale, &certificate))?)
    }

    /// Whether the certificate of a card's key is trusted today: nobody is asked for a signature that nobody would
    /// take.
    fn check(&self, by: By, certificate: &[u8]) -> Result<(), Refusal> {
        let certificate = Certificate::from_der(certificate).map_err(|_| Refusal::NoKey)?;
        self.trust.judge(by, &certificate, self.today.into()).map_err(|why| Refusal::Untrusted { by, why })
    }

    /// The authorities above a card's key, which go into the container.
    fn above(&self, by: By, certificate: &[u8]) -> Vec<Vec<u8>> {
        Certificate::from_der(certificate).map(|certificate| self.trust.above(by, &certificate)).unwrap_or_default()
    }
}

/// Leaves the copies of a form on a Vitale that is open to who makes forms.
fn leave_copy(patient: &mut Dialogue<'_>, layout: &Layout, form: &Form) -> Result<(), NoCopy> {
    copy::copies(form)?.iter().try_for_each(|copy| Ok(copies::append(patient, layout, copy)?))
}

/// Whether a Vitale signs a form now.
fn signs_with_vitale(made: &Made) -> bool {
    let used = made.form.vitale.as_ref();
    made.form.mode.vitale() == Part::Now && used.is_some_and(|vitale| vitale.generation == Generation::Vitale2)
}

impl std::fmt::Debug for Patient<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patient").field("layout", &self.layout.name()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Professional<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Professional").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A holder who has given the code already.
#[derive(Debug)]
pub struct Given(pub Option<Code>);

impl Holder for Given {
    fn code(&mut self, _: &Asked) -> Option<Code> {
        self.0.take()
    }
}

/// A holder whose code is kept for as long as forms are signed: a card is reset behind a reading, and signs later.
pub struct Keeping<'h> {
    holder: &'h mut dyn Holder,
    code: Option<Code>,
}

impl<'h> Keeping<'h> {
    /// Of this holder.
    pub fn new(holder: &'h mut dyn Holder) -> Self {
        Self { holder, code: None }
    }

    /// The last code that was given.
    #[must_use]
    pub fn into_code(self) -> Option<Code> {
        self.code
    }
}

impl std::fmt::Debug for Keeping<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeping").field("code", &self.code).finish_non_exhaustive()
    }
}

impl Holder for Keeping<'_> {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        let code = self.holder.code(asked)?;
        self.code = Some(code.again());
        Some(code)
    }

    fn blocked(&mut self, for_good: bool) {
        self.holder.blocked(for_good);
    }

    fn passed_over(&mut self) {
        self.holder.passed_over();
    }

    fn refused(&mut self, status: StatusWord) {
        self.holder.refused(status);
    }
}
