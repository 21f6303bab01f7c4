export { AddProfileModal, type AddProfileModalProps } from "./AddProfileModal";
export { SignInModal, type SignInModalProps, targetName } from "./SignInModal";
export type { AddProfileCalls, SignInCalls } from "./signInCalls";
