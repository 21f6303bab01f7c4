//! The admission policy of answer C. Pods carry the name of ECR afterwards, so the kubelet credential provider works.
//!
//! Source: Kyverno documentation, "Mutate rules"; kyverno/policies#173, #328 (all three lists of containers).

use crate::generate::file::{AnswerId, GeneratedFile, GeneratedFileId, NameTarget};

pub(super) fn kyverno(target: &NameTarget) -> GeneratedFile {
    let registry = &target.registry;
    let name = &target.name;
    let mut text = String::from(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: friendly-name-to-ecr\nspec:\n  rules:\n",
    );
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let image = format!("images.{list}.\"{{{{element.name}}}}\"");
        text += &format!(
            "    - name: {}\n      match:\n        any:\n          - resources:\n              kinds: [Pod]\n              operations: [CREATE, UPDATE]\n      \
             mutate:\n        foreach:\n          - list: \"request.object.spec.{list} || `[]`\"\n            preconditions:\n              all:\n                \
             - key: '{{{{ {image}.registry }}}}'\n                  operator: Equals\n                  value: {name}\n            \
             patchStrategicMerge:\n              spec:\n                {list}:\n                  - name: '{{{{ element.name }}}}'\n                    \
             image: '{{{{ regex_replace_all(''^{}/'', element.image, ''{registry}/'') }}}}'\n",
            list.to_lowercase(),
            name.as_str().replace('.', r"\.")
        );
    }
    GeneratedFile {
        id: GeneratedFileId::Kyverno,
        answer: AnswerId::KeepEcrName,
        title: "Kyverno policy for pods that can't be changed".to_owned(),
        file_name: "friendly-name-to-ecr.yaml".to_owned(),
        place: "friendly-name-to-ecr.yaml".to_owned(),
        text,
        notes: vec!["Tags and digests are kept. Try it in a test cluster first: not every version of Kyverno was tested.".to_owned()],
        warning: None,
    }
}
