import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { MiddleEllipsis } from "../../../shared/MiddleEllipsis";
import { FullTable } from "../../../shared/PagedTable";
import { TextField } from "../../../shared/TextField";
import { ChangeModal } from "./ChangeModal";
import { type ChangeableCardProps, RegistryCard } from "./RegistryCard";
import { exclusionLimitProblem } from "./registryLimits";
import { principalName } from "./registryWords";

/** The principals whose pulls don't change the pull time of images, and the offer for the one in use. */
export function ExclusionsCard(props: ChangeableCardProps) {
  const { configuration, ...change } = props;
  const [entered, setEntered] = useState<string | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const exclusions = configuration.exclusions ?? [];
  const { principal } = configuration;
  const isExcluded = principal !== null && exclusions.includes(principal);
  const wanted = entered?.trim() ?? "";
  const kind = wanted.includes(":user/") ? "user" : "role";
  const problem = !/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/.test(wanted)
    ? "Enter the ARN of a role, such as arn:aws:iam::111122223333:role/ci."
    : exclusions.includes(wanted)
      ? "It is excluded already."
      : wanted.length > 200
        ? "ECR accepts an ARN of up to 200 characters."
        : exclusionLimitProblem(exclusions.length);
  return (
    <RegistryCard
      configuration={configuration}
      part="exclusions"
      title="Pull time exclusions"
      description="Pulls by these roles don’t change the last pull of an image, which clean-ups and lifecycle policies use."
      actions={
        <Button
          onClick={() => setEntered(isExcluded ? "" : (principal ?? ""))}
          data-testid="exclusion-add"
        >
          Exclude a role
        </Button>
      }
    >
      <Box data-testid="exclusion-own">
        {principal === null
          ? "The caller has no role that can be excluded."
          : isExcluded
            ? `Reads by ${principalName(principal)}, which you use now, don’t count as pulls.`
            : `You use ${principalName(principal)} now. ECR counts its reads of manifests as pulls.`}
      </Box>
      <FullTable
        section
        variant="embedded"
        name="exclusions"
        items={exclusions.map((arn) => ({ arn }))}
        trackBy="arn"
        words={({ arn }) => [arn]}
        finds="roles by name"
        ariaLabels={{ tableLabel: "Pull time exclusions" }}
        empty="No exclusions"
        columnDefinitions={[
          {
            id: "arn",
            header: "Role or user",
            isRowHeader: true,
            width: 400,
            grow: 1,
            cell: ({ arn }) => <MiddleEllipsis text={arn} tail={24} />,
          },
          {
            id: "actions",
            unsorted: true,
            header: "Actions",
            width: 120,
            cell: ({ arn }) => (
              <Button
                ariaLabel={`Remove the exclusion of ${principalName(arn)}`}
                onClick={() => setRemoving(arn)}
                data-testid={`exclusion-remove-${principalName(arn)}`}
              >
                Remove
              </Button>
            ),
          },
        ]}
      />
      {entered !== null && (
        <ChangeModal
          {...change}
          title="Exclude a role"
          confirm={
            problem === null
              ? `Leave out reads of ${kind} ${principalName(wanted)}`
              : "Leave out reads of a role"
          }
          change={problem === null ? { kind: "exclusion_add", principal: wanted } : null}
          disabledReason={problem ?? undefined}
          onClose={() => setEntered(null)}
        >
          <Box>
            {wanted === principal && wanted !== ""
              ? "Your reads no longer count as pulls, in Transload and in every other tool with this role."
              : "Pulls by this role no longer count, so images that only it uses look unused."}
          </Box>
          <TextField
            label="Role"
            description="The ARN with its path. ECR documents roles only; it may refuse users."
            errorText={problem ?? undefined}
            stretch
            value={entered}
            onChange={setEntered}
            testId="exclusion-arn"
          />
        </ChangeModal>
      )}
      {removing !== null && (
        <ChangeModal
          {...change}
          title="Remove an exclusion"
          confirm={`Count reads of ${principalName(removing)}`}
          change={{ kind: "exclusion_remove", principal: removing }}
          onClose={() => setRemoving(null)}
        >
          <Box>{`Pulls by ${removing} change the last pull of images again.`}</Box>
        </ChangeModal>
      )}
    </RegistryCard>
  );
}
