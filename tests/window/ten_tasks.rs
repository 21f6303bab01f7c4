//! The ten tasks that people do with this window, by the words on the screen. Each is a story, or a part of one:
//!
//! | task | story |
//! | --- | --- |
//! | 1. Copy one image in practice mode, from launch to proof | `practice_tasks`, in at most 6 clicks; `keyboard` |
//! | 2. Copy a Docker Hub account by rules | `docker_hub_account` |
//! | 3. Decide about tags that point to another image | `user_decisions`; `keyboard` |
//! | 4. Retry an image that failed | `interrupted_tasks` |
//! | 5. Stop a migration and resume it | `interrupted_tasks`; `closing` and `kill_and_resume` without Stop |
//! | 6. Undo a migration | `practice_tasks` |
//! | 7. Find an image in a repository and copy its digest | `practice_tasks`; `keyboard` |
//! | 8. Delete an image and a repository | `practice_tasks` |
//! | 9. Save a profile and use it | `practice_tasks` |
//! | 10. Verify a migration again | `practice_tasks` |

mod interrupted_tasks;
mod practice_tasks;
