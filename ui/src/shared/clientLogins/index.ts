export { type ClientLoginCalls, ClientLoginsSection } from "./ClientLoginsSection";
