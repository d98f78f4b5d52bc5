//! From the named fields of an orbit mean-elements message to elements.
//!
//! Source: CCSDS 502.0-B-3, chapter 4. Angles in degrees and mean motion in revolutions per day there; in radians and
//! rad/min here.

use super::MeanElements;
use super::fault::Fault;
use super::instant::{self, parse_instant};
use super::quantity::{
    ARGUMENT_OF_PERIGEE, BSTAR, ECCENTRICITY, INCLINATION, LARGEST_NUMBER, MEAN_ANOMALY, MEAN_MOTION,
    Quantity, RAAN, decimal, rad_per_minute,
};
use std::borrow::Cow;
use std::ops::Range;

/// The fields that are read; any other is passed over.
pub(super) const KEYS: [&str; 16] = [
    "OBJECT_NAME",
    "OBJECT_ID",
    "EPOCH",
    "MEAN_MOTION",
    "ECCENTRICITY",
    "INCLINATION",
    "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
    "NORAD_CAT_ID",
    "BSTAR",
    "EPHEMERIS_TYPE",
    "CENTER_NAME",
    "REF_FRAME",
    "TIME_SYSTEM",
    "MEAN_ELEMENT_THEORY",
];

/// The fields without which there are no elements.
pub(super) const REQUIRED: [&str; 10] = [
    "OBJECT_NAME",
    "EPOCH",
    "MEAN_MOTION",
    "ECCENTRICITY",
    "INCLINATION",
    "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
    "NORAD_CAT_ID",
    "BSTAR",
];

/// What each of these fields must say where it is there: SGP4 means nothing else.
const FIXED: [(&str, &[&str], &str); 5] = [
    ("CENTER_NAME", &["EARTH"], "EARTH"),
    ("REF_FRAME", &["TEME"], "TEME"),
    ("TIME_SYSTEM", &["UTC"], "UTC"),
    ("MEAN_ELEMENT_THEORY", &["SGP4", "SGP", "SGP/SGP4"], "SGP4, SGP or SGP/SGP4"),
    ("EPHEMERIS_TYPE", &["0", "2", "3"], "0, 2 or 3 (elements of SGP4)"),
];

const ACCEPTED_NUMBER: &str = "a catalogue number of one to nine digits, from 1";

/// A named value and where it stands in the text.
#[derive(Debug, Clone)]
pub(super) struct Field<'t> {
    pub key: Cow<'t, str>,
    /// None where the format has a way to say that there is no value.
    pub value: Option<Cow<'t, str>>,
    pub span: Range<usize>,
    /// The unit, where the format lets a field state one.
    pub unit: Option<String>,
}

/// The fields of one object.
#[derive(Debug)]
pub(super) struct Record<'t> {
    pub fields: Vec<Field<'t>>,
    /// What is pointed at if a field is missing.
    pub span: Range<usize>,
}

impl Record<'_> {
    /// The elements that the fields tell.
    pub fn elements(&self) -> Result<MeanElements, Fault> {
        self.no_key_twice()?;
        for (key, allowed, accepted) in FIXED {
            self.only(key, allowed, accepted)?;
        }
        let name = self.required("OBJECT_NAME", "the object's name")?.1.to_owned();
        Ok(MeanElements {
            name,
            catalog_number: self.catalog_number()?,
            international_designator: self
                .optional("OBJECT_ID")
                .map_or_else(String::new, |(_, id)| id.to_owned()),
            epoch: {
                let (field, text) = self.required("EPOCH", instant::ACCEPTED)?;
                parse_instant(text)
                    .ok_or_else(|| Fault::value(field.span.clone(), "EPOCH", text, instant::ACCEPTED))?
            },
            inclination_rad: self.number(&INCLINATION)?.to_radians(),
            raan_rad: self.number(&RAAN)?.to_radians(),
            eccentricity: self.number(&ECCENTRICITY)?,
            argument_of_perigee_rad: self.number(&ARGUMENT_OF_PERIGEE)?.to_radians(),
            mean_anomaly_rad: self.number(&MEAN_ANOMALY)?.to_radians(),
            mean_motion_rad_min: rad_per_minute(self.number(&MEAN_MOTION)?),
            bstar: self.number(&BSTAR)?,
        })
    }

    fn field(&self, key: &str) -> Option<&Field<'_>> {
        self.fields.iter().find(|field| field.key == key)
    }

    fn optional(&self, key: &str) -> Option<(&Field<'_>, &str)> {
        let field = self.field(key)?;
        let value = field.value.as_deref()?.trim();
        (!value.is_empty()).then_some((field, value))
    }

    fn required(&self, key: &str, accepted: &str) -> Result<(&Field<'_>, &str), Fault> {
        self.optional(key).ok_or_else(|| match self.field(key) {
            Some(field) => Fault::new(field.span.clone(), format!("{key} has no value"), accepted),
            None => Fault::new(self.span.clone(), format!("{key} is missing"), accepted),
        })
    }

    fn number(&self, quantity: &Quantity) -> Result<f64, Fault> {
        let (field, text) = self.required(quantity.key, quantity.accepted)?;
        if let Some(unit) = field.unit.as_deref().filter(|unit| !unit.eq_ignore_ascii_case(quantity.unit)) {
            let problem = format!("the unit of {} is {}", quantity.key, super::fault::quoted(unit));
            return Err(Fault::new(field.span.clone(), problem, quantity.accepted));
        }
        quantity
            .check(decimal(text))
            .ok_or_else(|| Fault::value(field.span.clone(), quantity.key, text, quantity.accepted))
    }

    fn catalog_number(&self) -> Result<u32, Fault> {
        let (field, text) = self.required("NORAD_CAT_ID", ACCEPTED_NUMBER)?;
        let digits = text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
        let number = if digits { text.parse().ok() } else { None };
        number
            .filter(|number| (1..=LARGEST_NUMBER).contains(number))
            .ok_or_else(|| Fault::value(field.span.clone(), "NORAD_CAT_ID", text, ACCEPTED_NUMBER))
    }

    fn only(&self, key: &str, allowed: &[&str], accepted: &str) -> Result<(), Fault> {
        match self.optional(key) {
            Some((field, text)) if !allowed.iter().any(|value| value.eq_ignore_ascii_case(text)) => {
                Err(Fault::value(field.span.clone(), key, text, accepted))
            }
            _ => Ok(()),
        }
    }

    fn no_key_twice(&self) -> Result<(), Fault> {
        let known = || self.fields.iter().filter(|field| KEYS.contains(&&*field.key));
        let twice =
            known().enumerate().find(|(index, field)| known().take(*index).any(|f| f.key == field.key));
        match twice {
            None => Ok(()),
            Some((_, field)) => Err(Fault::new(
                field.span.clone(),
                format!("{} is there twice", field.key),
                "each field once",
            )),
        }
    }
}
