import type { ReactNode } from "react";
import type { AwsConnection } from "../../ipc/generated";
import type { FriendlyNameState } from "./friendlyNameState";

/** The props of the Friendly name page and of its tabs. */
export interface FriendlyNameProps {
  state: FriendlyNameState;
  onChange: (change: Partial<FriendlyNameState>) => void;
  connection: AwsConnection | null;
  connectionPicker: ReactNode;
}
