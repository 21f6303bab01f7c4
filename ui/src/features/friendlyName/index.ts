export { FriendlyNamePage } from "./FriendlyNamePage";
export type { FriendlyNameProps } from "./friendlyNameProps";
export { type FriendlyNameState, initialFriendlyName } from "./friendlyNameState";
