export { AddProfileModal } from "./AddProfileModal";
export { SignInModal } from "./SignInModal";
