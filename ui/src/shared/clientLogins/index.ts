export { ClientLoginsSection } from "./ClientLoginsSection";
