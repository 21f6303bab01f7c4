import { expect, it, vi } from "vitest";
import { newSnapshot } from "../../ipc/fake/newSnapshot";
import { profileConnection } from "../../shared/connection";
import { press, renderWith } from "../../testing/component";
import { report } from "../../testing/historyPage";
import { JobContainer } from "./JobContainer";
import { jobFromSnapshot } from "./progress/jobState";

it("opens the repositories of its own destination, whatever the wizard has by now", () => {
  const connection = profileConnection("work", "eu-west-1");
  const onRepositories = vi.fn();
  renderWith(
    { historyList: async () => [] },
    <JobContainer
      job={jobFromSnapshot({ ...newSnapshot("j", []), status: "finished", connection, report })}
      onJob={() => {}}
      onAnother={() => {}}
      onRepositories={onRepositories}
    />,
  );
  press("show-repositories");
  expect(onRepositories).toHaveBeenCalledExactlyOnceWith(connection);
});
