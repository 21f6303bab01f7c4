export { RepositoriesPage } from "./RepositoriesPage";
