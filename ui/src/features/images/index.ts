export { ImagePage } from "./ImagePage";
