//! Servers, images, faults and a real window for the stories. Servers end with the test that starts them.
//!
//! - [`process`], [`wait`], [`tools`]: child processes, polling, and where programs are
//! - [`labs`]: a registry, a Docker Engine, a Podman engine, an ECR emulator
//! - [`images`]: images and indexes with known bytes
//! - [`aws_cli`], [`botocore`], [`aws_home`], [`skopeo`]: independent witnesses, and AWS configuration files
//! - [`aws`]: scripted STS and other AWS services
//! - [`company`]: a network with its own authority, behind a proxy
//! - [`computer`], [`ecr`]: a computer that runs Transload without a window, and the destination ECR
//! - [`faults`]: a proxy that breaks requests
//! - [`practice_hub`]: another client of the practice Docker Hub
//! - [`secrets`]: every secret that a story uses, and a search for them in everything that it leaves
//! - [`zoo`]: a scripted registry that behaves like many, as in their bug reports
//! - [`window`]: the program in a real window

pub mod aws;
pub mod aws_cli;
pub mod aws_home;
pub mod botocore;
pub mod company;
pub mod computer;
pub mod ecr;
pub mod faults;
pub mod images;
pub mod labs;
pub mod practice_hub;
pub mod process;
pub mod secrets;
pub mod skopeo;
pub mod tools;
pub mod wait;
pub mod window;
pub mod zoo;
