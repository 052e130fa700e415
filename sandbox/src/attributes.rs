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
        let Some(kept) = place.and_then(|at| self.values.get_mut(at)) else {
            let known = NAMES.join(" ");
            return Err(format!("\"{name}\" is no attribute; there are {known}"));
        };
        let whole = |max: i32| {
            let number = value.parse().ok();
            number
                .filter(|number| (0..=max).contains(number))
                .map(f64::from)
        };
        let (number, range) = match name {
            _ if value.is_empty() => {
                *kept = None;
                return Ok(());
            }
            "gt" | "lt" | "st" => {
                let number = value.parse().ok();
                (number.filter(|number: &f64| number.is_finite()), "a number")
            }
            "con" | "edge" => (whole(1), "0 or 1"),
            _ => (whole(i32::MAX), "a whole number from 0 to 2147483647"),
        };
        let number = number.ok_or(format!("\"{value}\" is no value of {name}: {range}"))?;
        *kept = Some(number);
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
