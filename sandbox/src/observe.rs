//! Observations and the notifications that follow from them.

use crate::answer::Fault;
use crate::client::Client;
use crate::operations::Reading;
use crate::path::Path;
use crate::words::server;
use access_control::ffi::host::aac_operation_t;

/// What a server observes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    pub ssid: u16,
    pub paths: Vec<Path>,
    pub is_composite: bool,
}

impl Observation {
    pub fn operation(&self) -> aac_operation_t {
        if self.is_composite {
            aac_operation_t::AAC_OBSERVE_COMPOSITE
        } else {
            aac_operation_t::AAC_OBSERVE
        }
    }

    fn concerns(&self, (touched, origin): &(Path, u16)) -> bool {
        // A server is not told what it has done itself.
        *origin != self.ssid
            && self
                .paths
                .iter()
                .any(|path| path.covers(touched) || touched.covers(path))
    }
}

impl Client {
    /// Starts or, for the same paths, restarts an observation.
    pub fn observe(&self, new: Observation) {
        self.cancel(&new);
        self.with(|state| state.observations.push(new));
    }

    /// Ends an observation; tells whether there was one.
    pub fn cancel(&self, given: &Observation) -> bool {
        self.with(|state| {
            let before = state.observations.len();
            state.observations.retain(|other| other != given);
            state.observations.len() != before
        })
    }

    /// The notifications due since the last call, as lines of text.
    pub fn notifications(&self) -> Vec<String> {
        let (touched, observations) = self.with(|state| {
            let touched = std::mem::take(&mut state.touched);
            (touched, state.observations.clone())
        });
        observations
            .iter()
            .filter(|observation| touched.iter().any(|touch| observation.concerns(touch)))
            .flat_map(|observation| self.notification(observation))
            .collect()
    }

    fn notification(&self, observation: &Observation) -> Vec<String> {
        let who = server(observation.ssid);
        let paths: Vec<_> = observation.paths.iter().map(Path::to_string).collect();
        let paths = paths.join(" ");
        let mut reading = Reading::new(observation.ssid, observation.operation());
        match self.read_observed(observation, &mut reading) {
            Ok(()) => {
                let mut lines = vec![format!("notification to {who} about {paths}")];
                let values = reading.values.iter();
                lines.extend(values.map(|(path, value)| format!("  {path} = {value}")));
                let left_out = reading.left_out.iter();
                lines.extend(left_out.map(|reason| format!("  left out: {reason}")));
                lines
            }
            Err(Fault { code, reason }) => {
                let lead = format!("no notification to {who} about {paths}");
                vec![lead, format!("  {code}: {reason}")]
            }
        }
    }
}
