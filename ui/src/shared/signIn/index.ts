export { AddProfileModal, type AddProfileModalProps } from "./AddProfileModal";
export type { AddProfileCalls, SignInCalls } from "./calls";
export { SignInModal, type SignInModalProps, targetName } from "./SignInModal";
