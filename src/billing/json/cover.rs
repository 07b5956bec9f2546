//! Who pays what the basic regime leaves, as JSON.

use serde::Serialize;

use super::vitale::Days;
use crate::billing::view::View;

/// A mutuelle.
#[derive(Clone, Debug, Serialize)]
pub struct Mutual {
    /// Its number.
    #[serde(rename = "identifiant")]
    pub number: Option<String>,
    /// Its guarantees, `O` or `N` eight times.
    #[serde(rename = "garanties")]
    pub guarantees: Option<String>,
    /// How claims are treated.
    #[serde(rename = "codeTraitement")]
    pub treatment: Option<String>,
    /// The type of the associated services.
    #[serde(rename = "typeServices")]
    pub service_type: Option<String>,
    /// The associated services.
    #[serde(rename = "servicesAssocies")]
    pub services: Option<String>,
    /// The family of insurers.
    #[serde(rename = "codeSTS")]
    pub sts: Option<String>,
    /// The period.
    #[serde(flatten)]
    pub period: Days,
}

/// Another complementary insurer.
#[derive(Clone, Debug, Serialize)]
pub struct Complementary {
    /// Its number in format B2.
    #[serde(rename = "numeroB2")]
    pub number: Option<String>,
    /// Its number for EDI.
    #[serde(rename = "numeroEDI")]
    pub edi: Option<String>,
    /// The member's number.
    #[serde(rename = "numeroAdherent")]
    pub member: Option<String>,
    /// How claims are treated.
    #[serde(rename = "codeTraitement")]
    pub treatment: Option<String>,
    /// How claims find their way.
    #[serde(rename = "codeRoutage")]
    pub routing: Option<String>,
    /// The host that they are sent to.
    #[serde(rename = "hote")]
    pub host: Option<String>,
    /// The domain that they are sent to.
    #[serde(rename = "domaine")]
    pub domain: Option<String>,
    /// The family of insurers.
    #[serde(rename = "codeSTS")]
    pub sts: Option<String>,
    /// The type of the associated services.
    #[serde(rename = "typeServices")]
    pub service_type: Option<String>,
    /// The associated services.
    #[serde(rename = "servicesAssocies")]
    pub services: Option<String>,
    /// The common zone, free text.
    #[serde(rename = "complement")]
    pub common: Option<String>,
    /// The period.
    #[serde(flatten)]
    pub period: Days,
}

impl Mutual {
    pub(super) fn of(mutual: View<'_>) -> Self {
        Self {
            number: mutual.text("identifiant"),
            guarantees: mutual.text("garanties"),
            treatment: mutual.text("code_traitement"),
            service_type: mutual.text("type_services"),
            services: mutual.text("services_associes"),
            sts: mutual.text("sts"),
            period: Days::of(mutual),
        }
    }
}

impl Complementary {
    pub(super) fn of(amc: View<'_>) -> Self {
        Self {
            number: amc.text("numero_b2"),
            edi: amc.text("numero_edi"),
            member: amc.text("numero_adherent"),
            treatment: amc.text("code_traitement"),
            routing: amc.text("code_routage"),
            host: amc.text("hote"),
            domain: amc.text("domaine"),
            sts: amc.text("sts"),
            service_type: amc.text("type_services"),
            services: amc.text("services_associes"),
            common: amc.text("complement"),
            period: Days::of(amc),
        }
    }
}
