export { FriendlyNamePage } from "./FriendlyNamePage";
export { type FriendlyNameState, initialFriendlyName } from "./friendlyNameState";
