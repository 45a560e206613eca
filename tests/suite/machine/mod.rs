//! The program on a real machine: as a service, on a full disk, watched, and looked at.

mod disk;
mod doctor;
mod running;
mod units;
