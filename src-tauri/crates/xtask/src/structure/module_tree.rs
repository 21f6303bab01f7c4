//! The modules of one target, parsed from its root file, without the modules of `#[cfg(test)]`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::{Attribute, Expr, Item, ItemUse, Lit, Meta, UseTree};

/// An index in [`ModuleTree::modules`].
pub type ModuleId = usize;

/// The modules of a target. The first one is the root.
pub struct ModuleTree {
    pub modules: Vec<Module>,
    /// Files that are compiled for tests only, which may use everything.
    test_files: BTreeSet<PathBuf>,
}

/// A file, or an inline module of a file.
pub struct Module {
    pub file: PathBuf,
    pub parent: Option<ModuleId>,
    pub children: BTreeMap<String, ModuleId>,
    /// Names of functions, types, constants and macros defined here.
    pub definitions: BTreeSet<String>,
    /// Names that `use` adds to the scope, with the path of each.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Paths of `use a::*`.
    pub globs: Vec<Vec<String>>,
    pub items: Vec<Item>,
}

impl ModuleTree {
    /// Parses a target from its root file.
    pub fn read(root: &Path) -> Result<Self> {
        let mut tree = Self { modules: Vec::new(), test_files: BTreeSet::new() };
        let folder = root.parent().unwrap_or(root).to_path_buf();
        tree.add_file(root, &folder, None, false)?;
        Ok(tree)
    }

    /// Returns every file of the target, including those for tests.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let modules = self.modules.iter().map(|module| module.file.as_path());
        let tests = self.test_files.iter().map(PathBuf::as_path);
        modules.chain(tests)
    }

    /// Adds a file. `folder` is where the files of its own modules are.
    fn add_file(
        &mut self,
        file: &Path,
        folder: &Path,
        parent: Option<ModuleId>,
        is_test: bool,
    ) -> Result<Option<ModuleId>> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("couldn't read {}", file.display()))?;
        let parsed =
            syn::parse_file(&text).with_context(|| format!("couldn't parse {}", file.display()))?;
        if is_test {
            self.test_files.insert(file.to_path_buf());
        }
        self.add_module(parsed.items, file, folder, parent, is_test)
    }

    /// Adds a module and everything below it. Modules for tests are only visited for their files.
    fn add_module(
        &mut self,
        items: Vec<Item>,
        file: &Path,
        folder: &Path,
        parent: Option<ModuleId>,
        is_test: bool,
    ) -> Result<Option<ModuleId>> {
        let id = (!is_test).then_some(self.modules.len());
        if id.is_some() {
            self.modules.push(Module::new(file, parent));
        }
        let mut kept = Vec::new();
        for item in items {
            let Item::Mod(module) = item else {
                kept.push(item);
                continue;
            };
            let name = module.ident.to_string();
            let is_test = is_test || is_for_tests(&module.attrs);
            let below = folder.join(&name);
            let child = match module.content {
                Some((_, items)) => self.add_module(items, file, &below, id, is_test)?,
                None => match file_of(&module.attrs, file, folder, &name) {
                    Some(path) if path.ends_with("mod.rs") => {
                        let folder = path.parent().unwrap_or(&below).to_path_buf();
                        self.add_file(&path, &folder, id, is_test)?
                    }
                    Some(path) => self.add_file(&path, &below, id, is_test)?,
                    // A module of another platform may have no file on this one.
                    None => None,
                },
            };
            if let (Some(id), Some(child)) = (id, child) {
                self.modules[id].children.insert(name, child);
            }
        }
        if let Some(id) = id {
            self.modules[id].add_items(kept);
        }
        Ok(id)
    }
}

impl Module {
    fn new(file: &Path, parent: Option<ModuleId>) -> Self {
        Self {
            file: file.to_path_buf(),
            parent,
            children: BTreeMap::new(),
            definitions: BTreeSet::new(),
            imports: BTreeMap::new(),
            globs: Vec::new(),
            items: Vec::new(),
        }
    }

    fn add_items(&mut self, items: Vec<Item>) {
        for item in &items {
            let name = match item {
                Item::Const(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Fn(item) => &item.sig.ident,
                Item::Static(item) => &item.ident,
                Item::Struct(item) => &item.ident,
                Item::Trait(item) => &item.ident,
                Item::Type(item) => &item.ident,
                Item::Union(item) => &item.ident,
                Item::Macro(item) => match &item.ident {
                    Some(name) => name,
                    None => continue,
                },
                Item::Use(item) => {
                    for (path, alias) in paths_of(item) {
                        match alias {
                            Some(alias) => drop(self.imports.insert(alias, path)),
                            None => self.globs.push(path),
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            self.definitions.insert(name.to_string());
        }
        self.items = items;
    }
}

/// Returns each path of a `use` with the name it gets in scope, `None` for a glob.
pub fn paths_of(item: &ItemUse) -> Vec<(Vec<String>, Option<String>)> {
    let mut paths = Vec::new();
    add_paths(&item.tree, &[], &mut paths);
    paths
}

fn add_paths(tree: &UseTree, prefix: &[String], paths: &mut Vec<(Vec<String>, Option<String>)>) {
    let with = |name: String| prefix.iter().cloned().chain([name]).collect::<Vec<_>>();
    match tree {
        UseTree::Path(path) => add_paths(&path.tree, &with(path.ident.to_string()), paths),
        UseTree::Name(name) if name.ident == "self" => {
            paths.push((prefix.to_vec(), prefix.last().cloned()));
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            paths.push((with(name.clone()), Some(name)));
        }
        UseTree::Rename(rename) => {
            let path = if rename.ident == "self" {
                prefix.to_vec()
            } else {
                with(rename.ident.to_string())
            };
            paths.push((path, Some(rename.rename.to_string())));
        }
        UseTree::Glob(_) => paths.push((prefix.to_vec(), None)),
        UseTree::Group(group) => {
            for tree in &group.items {
                add_paths(tree, prefix, paths);
            }
        }
    }
}

/// Returns whether `#[cfg(test)]`, also as part of `all(…)`, applies.
pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test"
                || condition.starts_with("all (test")
                || condition.starts_with("all(test")
        }
        Meta::Path(path) => path.segments.last().is_some_and(|segment| segment.ident == "test"),
        _ => false,
    })
}

/// Returns the file of `mod name;`: the one of `#[path]`, `name.rs`, or `name/mod.rs`.
fn file_of(attributes: &[Attribute], file: &Path, folder: &Path, name: &str) -> Option<PathBuf> {
    let named = attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    if let Some(named) = named {
        return file.parent().map(|parent| parent.join(named));
    }
    [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")]
        .into_iter()
        .find(|path| path.is_file())
}
