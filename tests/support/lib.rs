//! What the stories stand on: real servers that live as long as a test, images built on the spot,
//! faults on the wire, and a real window.
//!
//! - [`process`], [`wait`], [`tools`]: child processes, polling, where programs are found.
//! - [`labs`]: a registry, a Docker Engine, a Podman engine, an ECR emulator.
//! - [`images`]: images and indexes with known bytes.
//! - [`aws_cli`], [`botocore`], [`aws_home`], [`skopeo`]: independent witnesses, and the AWS files of a person.
//! - [`aws`]: STS and other AWS services that answer as a story tells them to.
//! - [`company`]: a network with an authority of its own, behind a proxy.
//! - [`computer`], [`ecr`]: a computer on which Transload runs without a window, and the ECR it moves to.
//! - [`faults`]: a proxy on the loopback that breaks what goes through it.
//! - [`practice_hub`]: whoever else uses practice's Docker Hub.
//! - [`secrets`]: every secret that a story uses, and a search for them in everything that it leaves.
//! - [`zoo`]: one scripted registry that plays many, as their bug reports show them.
//! - [`window`]: the program in a real window, driven from outside.

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
