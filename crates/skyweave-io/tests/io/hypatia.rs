//! Against the answers of Hypatia itself (snkas/hypatia 0ac531c, Kuiper's 630 km shell with 100 cities), where they are
//! at hand: `$SKYWEAVE_ORACLES`, or `../shared/oracles` beside the checkout. Lines that begin with `hypatia:` are the
//! figures. `files` needs no such answers: it works on the three satellites in `small`.

mod files;
mod forwarding;
mod oracle;
mod sky;
