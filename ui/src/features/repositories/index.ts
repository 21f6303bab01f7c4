export { RepositoriesPage, type RepositoriesPageProps } from "./RepositoriesPage";
