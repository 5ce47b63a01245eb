/** A column of a DataTable or a VirtualList. */
export interface TableColumn {
  key: string;
  label: string;
  labelUnseen?: boolean;
  /** `end` for numbers. */
  align?: "start" | "end";
  /** A CSS length; in a VirtualList any grid track, such as `minmax(8rem, 2fr)`. */
  width?: string;
}
