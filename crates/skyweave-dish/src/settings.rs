//! What the user of a dish may set.

use crate::wire::DishConfig;
use crate::wire::dish_config::{LevelDishMode, LocationRequestMode, SnowMeltMode};

/// Minutes of a day.
const DAY_MIN: u32 = 1_440;

/// The settings of a dish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    snow_melt: SnowMeltMode,
    location: LocationRequestMode,
    level: LevelDishMode,
    /// Minutes after midnight UTC.
    sleep_start_min: u32,
    sleep_duration_min: u32,
    sleeps: bool,
}

impl Settings {
    /// What a dish comes with. Whether it tells where it is, is its owner's choice.
    #[must_use]
    pub const fn new(tells_location: bool) -> Self {
        Self {
            snow_melt: SnowMeltMode::Auto,
            location: if tells_location { LocationRequestMode::Local } else { LocationRequestMode::None },
            level: LevelDishMode::TiltLikeNormal,
            sleep_start_min: 0,
            sleep_duration_min: 0,
            sleeps: false,
        }
    }

    /// True if whoever is near may ask where it is.
    #[must_use]
    pub fn tells_location(&self) -> bool {
        self.location == LocationRequestMode::Local
    }

    /// True if it warms itself always. By itself it never does: this world has no snow.
    #[must_use]
    pub fn heats(&self) -> bool {
        self.snow_melt == SnowMeltMode::AlwaysOn
    }

    /// True if it sleeps at a time of the day, in seconds after midnight UTC.
    #[must_use]
    pub fn sleeps_at(&self, second_of_day: f64) -> bool {
        let minute = (second_of_day / 60.0) as u32;
        self.sleeps && (minute + DAY_MIN - self.sleep_start_min) % DAY_MIN < self.sleep_duration_min
    }

    /// These with what a request applies.
    ///
    /// # Errors
    /// What is wrong with the first value that cannot be, and what would be accepted.
    pub fn with(&self, asked: &DishConfig) -> Result<Self, String> {
        let mut next = *self;
        if asked.apply_snow_melt_mode {
            next.snow_melt = mode("snow_melt_mode", asked.snow_melt_mode, 2)?;
        }
        if asked.apply_location_request_mode {
            next.location = mode("location_request_mode", asked.location_request_mode, 1)?;
        }
        if asked.apply_level_dish_mode {
            next.level = mode("level_dish_mode", asked.level_dish_mode, 1)?;
        }
        if asked.apply_power_save_start_minutes {
            next.sleep_start_min =
                minutes("power_save_start_minutes", asked.power_save_start_minutes, DAY_MIN - 1)?;
        }
        if asked.apply_power_save_duration_minutes {
            next.sleep_duration_min =
                minutes("power_save_duration_minutes", asked.power_save_duration_minutes, DAY_MIN)?;
        }
        if asked.apply_power_save_mode {
            next.sleeps = asked.power_save_mode;
        }
        Ok(next)
    }

    /// The settings as clients read them.
    #[must_use]
    pub fn tell(&self) -> DishConfig {
        DishConfig {
            snow_melt_mode: self.snow_melt.into(),
            location_request_mode: self.location.into(),
            level_dish_mode: self.level.into(),
            power_save_start_minutes: self.sleep_start_min,
            power_save_duration_minutes: self.sleep_duration_min,
            power_save_mode: self.sleeps,
            apply_snow_melt_mode: true,
            apply_location_request_mode: true,
            apply_level_dish_mode: true,
            apply_power_save_start_minutes: true,
            apply_power_save_duration_minutes: true,
            apply_power_save_mode: true,
        }
    }
}

fn mode<M: TryFrom<i32>>(name: &str, number: i32, most: i32) -> Result<M, String> {
    M::try_from(number).map_err(|_| format!("{name} is {number}; accepted: 0 to {most}"))
}

fn minutes(name: &str, minutes: u32, most: u32) -> Result<u32, String> {
    if minutes > most {
        return Err(format!("{name} is {minutes}; accepted: 0 to {most}"));
    }
    Ok(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_applied_changes() {
        let asked = DishConfig {
            snow_melt_mode: 1,
            location_request_mode: 1,
            apply_snow_melt_mode: true,
            ..DishConfig::default()
        };
        let next = Settings::new(false).with(&asked).unwrap();
        assert!(next.heats() && !next.tells_location());
        let wrong = DishConfig { snow_melt_mode: 9, ..asked };
        assert_eq!(next.with(&wrong).unwrap_err(), "snow_melt_mode is 9; accepted: 0 to 2");
        let long = DishConfig {
            power_save_duration_minutes: 2_000,
            apply_power_save_duration_minutes: true,
            ..DishConfig::default()
        };
        assert!(next.with(&long).unwrap_err().contains("0 to 1440"));
    }

    #[test]
    fn a_night_may_pass_midnight() {
        let asked = DishConfig {
            power_save_start_minutes: 1_410,
            power_save_duration_minutes: 60,
            power_save_mode: true,
            apply_power_save_start_minutes: true,
            apply_power_save_duration_minutes: true,
            apply_power_save_mode: true,
            ..DishConfig::default()
        };
        let night = Settings::new(false).with(&asked).unwrap();
        let at = |minute: f64| night.sleeps_at(minute * 60.0);
        assert!(at(1_410.0) && at(1_439.9) && at(0.0) && at(29.9));
        assert!(!at(30.0) && !at(1_409.9) && !at(720.0));
    }
}
