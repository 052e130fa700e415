//! Notification attributes: kept and shown, without effect on notifications.

use std::fmt;

/// The names, in the order in which they are shown.
pub const NAMES: [&str; 10] = [
    "pmin", "pmax", "epmin", "epmax", "gt", "lt", "st", "con", "edge", "hqmax",
];

/// Attributes of one path for one server; by their place in [`NAMES`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Attributes {
    pub values: [Option<f64>; NAMES.len()],
}

impl Attributes {
    /// Sets or clears an attribute by `name=value` or `name=`.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let place = NAMES.iter().position(|known| *known == name);
        let Some((place, kept)) = place.and_then(|at| Some((at, self.values.get_mut(at)?))) else {
            let known = NAMES.join(" ");
            return Err(format!("\"{name}\" is no attribute; there are {known}"));
        };
        *kept = if value.is_empty() {
            None
        } else if matches!(place, 4..=6) {
            let number = value.parse().ok().filter(|number: &f64| number.is_finite());
            Some(number.ok_or(format!("\"{value}\" is no number for {name}"))?)
        } else {
            let number = value.parse::<i32>().ok().filter(|number| *number >= 0);
            Some(f64::from(number.ok_or(format!(
                "\"{value}\" is no whole number for {name}"
            ))?))
        };
        Ok(())
    }

    /// The given attributes over these; `named` are those to take over.
    pub fn merge(&mut self, new: &Attributes, named: &[bool; NAMES.len()]) {
        for ((kept, new), named) in self.values.iter_mut().zip(new.values).zip(named) {
            if *named {
                *kept = new;
            }
        }
    }
}

impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in NAMES.iter().zip(self.values) {
            if let Some(value) = value {
                write!(f, ";{name}={value}")?;
            }
        }
        Ok(())
    }
}
