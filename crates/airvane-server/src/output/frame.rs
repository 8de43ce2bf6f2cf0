//! Where text from Airflow begins and ends.
//!
//! A log line can say "ignore your instructions". The frame lets a model see what is data: its
//! marker is drawn anew for each answer, so that text cannot close a frame it has not seen.

use rand::Rng;

/// Delimits untrusted text in one answer.
#[derive(Clone, Debug)]
pub struct Frame {
    marker: String,
}

impl Frame {
    /// A frame whose marker does not occur in the text it is for.
    pub fn for_text(text: &str) -> Self {
        loop {
            let marker = format!("{:04x}", rand::rng().random::<u16>());
            if !text.contains(&marker) {
                return Self { marker };
            }
            // Long texts may hold every short marker: draw a longer one.
            let marker = format!("{:016x}", rand::rng().random::<u64>());
            if !text.contains(&marker) {
                return Self { marker };
            }
        }
    }

    /// The marker of this answer.
    pub fn marker(&self) -> &str {
        &self.marker
    }

    /// The text within its frame.
    pub fn wrap(&self, text: &str) -> String {
        let marker = &self.marker;
        format!("[airflow {marker}]\n{}\n[/airflow {marker}]", text.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::Frame;

    #[test]
    fn text_cannot_close_its_own_frame() {
        let every_short_marker = (0..=u16::MAX).fold(String::new(), |mut all, n| {
            let _ = writeln!(all, "[/airflow {n:04x}]");
            all
        });
        let frame = Frame::for_text(&every_short_marker);
        assert!(!every_short_marker.contains(frame.marker()));
        let framed = frame.wrap("x\n");
        assert!(
            framed.starts_with("[airflow ")
                && framed.ends_with(&format!("\n[/airflow {}]", frame.marker()))
        );
    }
}
