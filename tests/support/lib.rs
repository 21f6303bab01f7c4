//! Servers, images, faults and a real window for the stories. Servers end with the test that starts them.
//!
//! - [`process`], [`program`], [`wait`], [`tools`]: servers and programs as child processes, polling, and where programs are
//! - [`servers`]: a registry, a Docker Engine, a Podman engine, an ECR emulator
//! - [`images`]: images and indexes with known bytes
//! - [`aws_cli`], [`botocore`], [`aws_home`], [`skopeo`]: independent witnesses, and AWS configuration files
//! - [`aws`]: scripted STS, IAM, IAM Identity Center and machine credentials
//! - [`company_network`]: a private certificate authority, and an HTTP proxy
//! - [`name_proxy`]: nginx and Caddy with generated configurations, in front of a registry
//! - [`headless_app`], [`ecr`]: Transload without a window, and the destination ECR
//! - [`faults`]: a proxy that injects faults into requests
//! - [`practice_hub`], [`practice_ecr`]: other clients of the practice Docker Hub and ECR
//! - [`secrets`]: every secret that a story uses, and a search for them in everything that it leaves
//! - [`scripted_registry`]: a registry in memory that can behave like each of many real registries
//! - [`window`]: the program in a real window, on a virtual desktop

pub mod aws;
pub mod aws_cli;
pub mod aws_home;
pub mod botocore;
pub mod company_network;
pub mod ecr;
pub mod faults;
pub mod headless_app;
pub mod images;
pub mod name_proxy;
pub mod practice_ecr;
pub mod practice_hub;
pub mod process;
pub mod program;
pub mod scripted_registry;
pub mod secrets;
pub mod servers;
pub mod skopeo;
pub mod tools;
pub mod wait;
pub mod window;
