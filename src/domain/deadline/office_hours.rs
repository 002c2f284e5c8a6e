//! The hours of an office day, as parameters.
//!
//! It must not know which days are worked.

use chrono::NaiveTime;

/// Two stretches of an office day and, where a place has one, the hour after which a dossier counts as
/// received on the next working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeHours {
    opens: NaiveTime,
    lunch_from: NaiveTime,
    lunch_to: NaiveTime,
    closes: NaiveTime,
    cutoff: Option<NaiveTime>,
}

/// Why office hours are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfficeHoursError {
    /// The four hours are not in order, or no time is left between them.
    #[error("set office hours: opening, lunch and closing are not in this order")]
    Order,
    /// The cut-off lies outside the office day.
    #[error("set office hours: the cut-off is not between opening and closing")]
    Cutoff,
}

impl Default for OfficeHours {
    /// 07:00 to 11:30 and 13:30 to 17:00, eight hours [S]; no cut-off.
    fn default() -> Self {
        Self {
            opens: hour(7, 0),
            lunch_from: hour(11, 30),
            lunch_to: hour(13, 30),
            closes: hour(17, 0),
            cutoff: None,
        }
    }
}

impl OfficeHours {
    /// Office hours of a place; `lunch_from` and `lunch_to` are the same where there is no break.
    ///
    /// # Errors
    /// [`OfficeHoursError::Order`] when the hours do not follow each other.
    pub fn new(
        opens: NaiveTime,
        lunch_from: NaiveTime,
        lunch_to: NaiveTime,
        closes: NaiveTime,
    ) -> Result<Self, OfficeHoursError> {
        if opens < lunch_from && lunch_from <= lunch_to && lunch_to < closes {
            Ok(Self { opens, lunch_from, lunch_to, closes, cutoff: None })
        } else {
            Err(OfficeHoursError::Order)
        }
    }

    /// The same hours with a cut-off: what comes after it counts from the next working day. One city does
    /// so after 15:00 [S-low]; NĐ 61/2018 has such a rule for forwarding dossiers [R-M]. Off by default.
    ///
    /// # Errors
    /// [`OfficeHoursError::Cutoff`] when the hour is not within the office day.
    pub fn with_cutoff(self, cutoff: NaiveTime) -> Result<Self, OfficeHoursError> {
        if self.opens <= cutoff && cutoff <= self.closes {
            Ok(Self { cutoff: Some(cutoff), ..self })
        } else {
            Err(OfficeHoursError::Cutoff)
        }
    }

    /// When the office opens.
    #[must_use]
    pub fn opens(&self) -> NaiveTime {
        self.opens
    }

    /// When the office closes.
    #[must_use]
    pub fn closes(&self) -> NaiveTime {
        self.closes
    }

    /// Where the clock starts for something handed in at this time of a working day: before opening at
    /// the opening, at lunch after lunch [S]; `None` after closing [S] or after the cut-off, which is
    /// the next working day's business.
    #[must_use]
    pub fn start(&self, time: NaiveTime) -> Option<NaiveTime> {
        if time > self.cutoff.unwrap_or(self.closes) {
            None
        } else if time < self.opens {
            Some(self.opens)
        } else if time > self.lunch_from && time < self.lunch_to {
            Some(self.lunch_to)
        } else {
            Some(time)
        }
    }

    /// Seconds of an office day.
    #[must_use]
    pub fn day_seconds(&self) -> i64 {
        self.seconds_until(self.closes)
    }

    /// Office seconds of a working day until this time.
    #[must_use]
    pub fn seconds_until(&self, time: NaiveTime) -> i64 {
        let within = |from: NaiveTime, to: NaiveTime| (time.clamp(from, to) - from).num_seconds();
        within(self.opens, self.lunch_from) + within(self.lunch_to, self.closes)
    }
}

fn hour(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)
}
