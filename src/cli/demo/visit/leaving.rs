//! The end of a visit: each card goes once while something on the Vitale is open, and it is closed behind either.

use virtuale_engine::{Reset, StatusWord};

use super::{
    super::{super::Failure, lost},
    PATIENT, PROFESSIONAL,
};
use crate::{
    host::Host,
    terminal::{
        exchange::{Command, Dialogue, ExchangeError},
        holder::Holder,
        pages::{Moment, Watched},
        right::prove,
        transport::Transport,
        vitale::{OpenFile, Reading},
    },
};

/// Takes the Vitale out and puts it back, then takes the professional's card out, each time with the first file open
/// that a role opens, and says what the card answered to reading it. `None` if no role opened any, as far as `reading`
/// has it.
pub(super) fn watch(
    host: &Host,
    (patient, reading): (&mut dyn Transport, &Reading),
    professional: &mut dyn Transport,
    holder: &mut dyn Holder,
) -> Result<Option<Watched>, Failure> {
    let name = reading.looks.iter().flat_map(|look| &look.opened).next();
    let Some(file) = reading.files.iter().find(|file| name.is_some_and(|name| *name == file.pointer.name)) else {
        return Ok(None);
    };
    let mut watched = Watched { file: file.pointer.name.clone(), statuses: Vec::new() };
    let mut look = |moment, patient: &mut Dialogue<'_>| {
        let status = read(patient, file).map_err(|error| failure(&error))?;
        watched.statuses.push((moment, status));
        Ok::<_, Failure>(())
    };
    if prove(&mut Dialogue::new(patient), &mut Dialogue::new(professional), holder).is_err() {
        return Ok(None);
    }
    look(Moment::Proved, &mut Dialogue::new(patient))?;
    host.remove(PATIENT)?;
    host.reinsert(PATIENT)?;
    patient.reset(Reset::Warm).map_err(|error| lost(&error))?;
    look(Moment::PatientBack, &mut Dialogue::new(patient))?;
    let proved = prove(&mut Dialogue::new(patient), &mut Dialogue::new(professional), holder);
    let Ok(right) = proved else { return Ok(Some(watched)) };
    look(Moment::Proved, &mut Dialogue::new(patient))?;
    host.remove(PROFESSIONAL)?;
    // No card sees the other one go: the terminal does, and takes the right back.
    if !right.holds(&mut Dialogue::new(professional)) {
        patient.reset(Reset::Warm).map_err(|error| lost(&error))?;
    }
    look(Moment::ProfessionalGone, &mut Dialogue::new(patient))?;
    Ok(Some(watched))
}

/// What the card answers to reading a file.
fn read(patient: &mut Dialogue<'_>, file: &OpenFile) -> Result<StatusWord, ExchangeError> {
    let name = &file.pointer.name;
    if let Some(application) = &file.pointer.application {
        patient.send(&Command::select_application("VITALE", application))?;
    }
    patient.send(&Command::select_file(name, file.pointer.fid))?;
    let reply = patient.send(&Command::read_binary(name, 0)?)?;
    Ok(reply.status)
}

fn failure(error: &ExchangeError) -> Failure {
    match error {
        ExchangeError::Transport(error) => lost(error),
        error => Failure::Environment(error.to_string().into(), None),
    }
}
