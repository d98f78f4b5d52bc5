//! Why a terminal is refused, in the words and numbers of the field.

/// Why a terminal is refused: the field's disablement codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RefusalCode {
    /// No account pays for it.
    NoActiveAccount = 2,
    /// Too far from the address it was sold for.
    TooFarFromServiceAddress = 3,
    /// At sea without a plan for it.
    InOcean = 4,
    /// In a country where the service is not allowed.
    BlockedCountry = 6,
    /// Used up its data.
    DataOverageSandboxPolicy = 7,
    /// Its cell takes no terminals.
    CellIsDisabled = 8,
    /// Away from home without roaming.
    RoamRestricted = 10,
    /// Nobody knows where it is.
    UnknownLocation = 11,
    /// Its account was disabled.
    AccountDisabled = 12,
    /// Its software is too old.
    UnsupportedVersion = 13,
    /// Faster than its plan or the place allows.
    MovingTooFastForPolicy = 14,
    /// In the air beyond what is allowed there.
    UnderAviationFlyoverLimits = 15,
    /// In an excluded area.
    BlockedArea = 16,
    /// Its holder must prove who they are. The dish interface has no number for it; 17 is ours.
    IdentityCheckRequired = 17,
}

impl RefusalCode {
    /// Every code, in order.
    pub const ALL: [Self; 14] = [
        Self::NoActiveAccount,
        Self::TooFarFromServiceAddress,
        Self::InOcean,
        Self::BlockedCountry,
        Self::DataOverageSandboxPolicy,
        Self::CellIsDisabled,
        Self::RoamRestricted,
        Self::UnknownLocation,
        Self::AccountDisabled,
        Self::UnsupportedVersion,
        Self::MovingTooFastForPolicy,
        Self::UnderAviationFlyoverLimits,
        Self::BlockedArea,
        Self::IdentityCheckRequired,
    ];

    /// The name that dishes and interfaces use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoActiveAccount => "NO_ACTIVE_ACCOUNT",
            Self::TooFarFromServiceAddress => "TOO_FAR_FROM_SERVICE_ADDRESS",
            Self::InOcean => "IN_OCEAN",
            Self::BlockedCountry => "BLOCKED_COUNTRY",
            Self::DataOverageSandboxPolicy => "DATA_OVERAGE_SANDBOX_POLICY",
            Self::CellIsDisabled => "CELL_IS_DISABLED",
            Self::RoamRestricted => "ROAM_RESTRICTED",
            Self::UnknownLocation => "UNKNOWN_LOCATION",
            Self::AccountDisabled => "ACCOUNT_DISABLED",
            Self::UnsupportedVersion => "UNSUPPORTED_VERSION",
            Self::MovingTooFastForPolicy => "MOVING_TOO_FAST_FOR_POLICY",
            Self::UnderAviationFlyoverLimits => "UNDER_AVIATION_FLYOVER_LIMITS",
            Self::BlockedArea => "BLOCKED_AREA",
            Self::IdentityCheckRequired => "IDENTITY_CHECK_REQUIRED",
        }
    }

    /// The code of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }
}
