/** Room for the footer of the wizard below a table that fills the window: its height and a gap. */
export const wizardFooterHeight = 66;
