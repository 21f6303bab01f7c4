/** What a step of the wizard provides, and what it receives. */
import type { ComponentType, ReactNode } from "react";
import type { Draft, StepId } from "./draft";
import type { DraftAction } from "./reducer";
import type { WizardData } from "./useWizardData";

export interface StepContext {
  readonly draft: Draft;
  readonly dispatch: (action: DraftAction) => void;
  readonly data: WizardData;
  /** The part of the footer where a step shows its own status, if there is no error. */
  readonly footer: HTMLElement | null;
}

export interface WizardStep {
  readonly id: StepId;
  readonly title: string;
  readonly Content: ComponentType<StepContext>;
  /** Returns why the user can't continue, or `null`. */
  readonly problem: (context: StepContext) => string | null;
  /** Whether the step waits for data that is required to continue. */
  readonly waiting: (context: StepContext) => boolean;
  /** What the footer shows if there is no problem, and the step shows nothing there itself. */
  readonly status?: (context: StepContext) => ReactNode;
}
