// Repositories and tags of a source, for the tests of the images table.
import type { SourceRepository, SourceTag } from "../../../ipc/generated";
import type { TagList } from "./sourceRows";

export const tag = (name: string, size: number | null = 10): SourceTag => ({
  tag: name,
  digest: null,
  platforms: [],
  size_bytes: size,
  updated_at_ms: null,
  pulled_at_ms: null,
});

export const repository = (name: string): SourceRepository => ({
  name,
  private: null,
  updated_at_ms: null,
  size_bytes: null,
  tags: null,
});

export const list = (...tags: SourceTag[]): TagList => ({
  tags,
  loading: false,
  error: null,
  next: null,
  total: null,
});
