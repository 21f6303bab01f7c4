export { ProfilesPage, type ProfilesPageProps } from "./ProfilesPage";
