export { HistoryPage, type HistoryPageProps } from "./HistoryPage";
