//! The files of answer C: the registry in one variable.

use crate::generate::file::{AnswerId, GeneratedFile, GeneratedFileId, NameTarget};

fn file(
    id: GeneratedFileId,
    title: &str,
    file_name: &str,
    text: String,
    note: &str,
) -> GeneratedFile {
    GeneratedFile {
        id,
        answer: AnswerId::KeepEcrName,
        title: title.to_owned(),
        file_name: file_name.to_owned(),
        place: file_name.to_owned(),
        text,
        notes: vec![note.to_owned()],
        warning: None,
    }
}

pub(super) fn compose(target: &NameTarget) -> GeneratedFile {
    let registry = &target.registry;
    let text = format!(
        "# .env contains: REGISTRY={registry}\nservices:\n  shop:\n    image: ${{REGISTRY:-{registry}}}/team/shop:1.0\n"
    );
    let note = "Put REGISTRY into .env next to the file, or into the environment of CI.";
    file(GeneratedFileId::Compose, "Docker Compose", "compose.yaml", text, note)
}

pub(super) fn helm(target: &NameTarget) -> GeneratedFile {
    let registry = &target.registry;
    let text = format!(
        "global:\n  imageRegistry: {registry}\nimage:\n  repository: team/shop\n  tag: \"1.0\"\n"
    );
    let note = "In the template: image: \"{{ .Values.global.imageRegistry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}\"";
    file(GeneratedFileId::Helm, "Helm values", "values.yaml", text, note)
}

pub(super) fn kustomize(target: &NameTarget) -> GeneratedFile {
    let registry = &target.registry;
    let text = format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - deployment.yaml\nimages:\n  - name: team/shop\n    newName: {registry}/team/shop\n    newTag: \"1.0\"\n"
    );
    let note = "Manifests keep the short name team/shop; Kustomize adds the registry.";
    file(GeneratedFileId::Kustomize, "Kustomize", "kustomization.yaml", text, note)
}

pub(super) fn terraform(target: &NameTarget) -> GeneratedFile {
    let registry = &target.registry;
    let text = format!(
        "variable \"registry\" {{\n  type        = string\n  description = \"The registry of all images.\"\n  default     = \"{registry}\"\n}}\n\n\
         locals {{\n  shop_image = \"${{var.registry}}/team/shop:1.0\"\n}}\n"
    );
    let note = "In CloudFormation: !Sub \"${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/team/shop:1.0\"";
    file(GeneratedFileId::Terraform, "Terraform", "registry.tf", text, note)
}
